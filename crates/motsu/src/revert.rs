//! Results of calls, and what becomes of the transaction that they come from.

use std::fmt::Debug;

use crate::chain::{self, OpenTransaction};

/// Ends the transaction that a result comes from: it stands if the result is `Ok`, it is taken back if it is `Err`.
///
/// The transaction is the one that ran last, so use these functions on a result before the next call. Where a test takes a
/// result by other means (`unwrap_err`, `is_err`, `?`), nothing is taken back: a call on a contract is a plain Rust
/// call, whose result is not seen here. Calls between contracts always revert as on chain, and so does
/// [`Contract::call_raw`](crate::Contract::call_raw).
pub trait ResultExt<T, E: Debug> {
    /// The value; the transaction stands.
    ///
    /// # Panics
    ///
    /// If it is an error, with sender and contract by their tags.
    fn motsu_unwrap(self) -> T;

    /// The error; the transaction is taken back.
    ///
    /// # Panics
    ///
    /// If it is a value, with sender and contract by their tags.
    fn motsu_unwrap_err(self) -> E;

    /// As [`ResultExt::motsu_unwrap`], with `message` in front.
    ///
    /// # Panics
    ///
    /// If it is an error.
    fn motsu_expect(self, message: &str) -> T;

    /// As [`ResultExt::motsu_unwrap_err`], with `message` in front.
    ///
    /// # Panics
    ///
    /// If it is a value.
    fn motsu_expect_err(self, message: &str) -> E;

    /// The result itself; the transaction stands or is taken back.
    ///
    /// # Errors
    ///
    /// The error of `self`.
    fn motsu_res(self) -> Result<T, E>;
}

/// Ends the transaction and says whose it was.
fn end(succeeded: bool) -> Option<OpenTransaction> {
    chain::with(|chain| {
        if succeeded {
            chain.commit()
        } else {
            chain.revert()
        }
    })
}

#[track_caller]
fn fail(
    message: Option<&str>,
    what: &str,
    transaction: Option<OpenTransaction>,
    detail: &str,
) -> ! {
    let call = transaction.map_or_else(
        || format!("a call {what}"),
        |OpenTransaction {
             sender, contract, ..
         }| { format!("account {sender:?} {what} {contract:?}") },
    );
    let prefix = message.map_or_else(String::new, |message| format!("{message}: "));
    let text = chain::with(|chain| chain.with_tags(&format!("{prefix}{call}{detail}")));
    panic!("{text}");
}

impl<T, E: Debug> ResultExt<T, E> for Result<T, E> {
    #[track_caller]
    fn motsu_unwrap(self) -> T {
        unwrap(self, None)
    }

    #[track_caller]
    fn motsu_unwrap_err(self) -> E {
        unwrap_err(self, None)
    }

    #[track_caller]
    fn motsu_expect(self, message: &str) -> T {
        unwrap(self, Some(message))
    }

    #[track_caller]
    fn motsu_expect_err(self, message: &str) -> E {
        unwrap_err(self, Some(message))
    }

    fn motsu_res(self) -> Result<T, E> {
        end(self.is_ok());
        self
    }
}

#[track_caller]
fn unwrap<T, E: Debug>(result: Result<T, E>, message: Option<&str>) -> T {
    let transaction = end(result.is_ok());
    match result {
        Ok(value) => value,
        Err(error) => fail(
            message,
            "failed to call",
            transaction,
            &format!(": {error:?}"),
        ),
    }
}

#[track_caller]
fn unwrap_err<T, E: Debug>(result: Result<T, E>, message: Option<&str>) -> E {
    let transaction = end(result.is_ok());
    match result {
        Ok(_) => fail(message, "should fail to call", transaction, ""),
        Err(error) => error,
    }
}
