//! A token to price, and the adapter of a deployment.

use alloy_sol_types::SolValue;
use breakwater_tests::{
    external::IMockFeed,
    interfaces::oracle::{IOracleAdapter, Leg, Parameters, Quote, Status},
    Address, Failure, Suite, DOLLAR, I256, U256,
};

use crate::common::{create, suite};

pub(crate) const OK: u8 = Status::Ok as u8;
pub(crate) const STALE: u8 = Status::Stale as u8;
pub(crate) const DISAGREE: u8 = Status::Disagree as u8;
pub(crate) const HALTED: u8 = Status::Halted as u8;
pub(crate) const SEQUENCER_DOWN: u8 = Status::SequencerDown as u8;
pub(crate) const NO_QUORUM: u8 = Status::NoQuorum as u8;

/// Largest age that the tests set, seconds.
pub(crate) const HOUR: u32 = 3_600;

/// A token of 18 decimals without a price yet.
pub(crate) struct Desk {
    pub(crate) suite: Suite,
    pub(crate) oracle: Address,
    pub(crate) owner: Address,
    pub(crate) token: Address,
}

/// Price (1e36 scale) of a whole token of 18 decimals at `dollars`, in a coin of 6.
pub(crate) fn price_of(dollars: u64) -> U256 {
    U256::from(dollars) * U256::from(10).pow(U256::from(24))
}

/// The same from an answer with 8 decimals.
pub(crate) fn scaled(answer: u64) -> U256 {
    U256::from(answer) * U256::from(10).pow(U256::from(16))
}

/// The standard parameters of a token with 18 decimals.
pub(crate) fn standard(quorum: u8) -> Parameters {
    Parameters::standard(18, quorum)
}

pub(crate) fn chainlinks(feeds: &[Address]) -> Vec<Leg> {
    let feeds = (0..).zip(feeds);
    feeds
        .map(|(source, feed)| Leg::chainlink(source, *feed, HOUR))
        .collect()
}

/// An answer with 8 decimals.
pub(crate) fn word(answer: u64) -> I256 {
    I256::try_from(answer).unwrap()
}

impl Desk {
    pub(crate) fn new() -> Self {
        let mut suite = suite();
        let token = suite.user("a token to price");
        Self {
            oracle: suite.modules.oracle,
            owner: suite.owner,
            token,
            suite,
        }
    }

    /// A desk over these feeds, at `dollars` each.
    pub(crate) fn over(count: usize, quorum: u8, dollars: u64) -> (Self, Vec<Address>) {
        let mut desk = Self::new();
        let feeds: Vec<Address> = (0..count).map(|_| desk.feed(dollars * DOLLAR)).collect();
        desk.set(standard(quorum), chainlinks(&feeds), price_of(dollars))
            .unwrap();
        (desk, feeds)
    }

    pub(crate) fn create(&mut self, name: &str, arguments: &[u8]) -> Address {
        create(&mut self.suite, self.owner, name, arguments)
    }

    /// A feed of 8 decimals.
    pub(crate) fn feed(&mut self, answer: u64) -> Address {
        self.feed_with(8, word(answer))
    }

    pub(crate) fn feed_with(&mut self, decimals: u8, answer: I256) -> Address {
        let arguments = ("feed".to_owned(), u16::from(decimals), answer).abi_encode_params();
        self.create("MockFeed", &arguments)
    }

    pub(crate) fn answer(&mut self, feed: Address, answer: u64) {
        let answer = word(answer);
        let call = IMockFeed::setAnswerCall { answer };
        self.suite.send(self.owner, feed, &call).unwrap();
    }

    pub(crate) fn set(
        &mut self,
        parameters: Parameters,
        legs: Vec<Leg>,
        expected: U256,
    ) -> Result<(), Failure> {
        let call = IOracleAdapter::setSourcesCall {
            token: self.token,
            parameters,
            legs,
            expectedPrice: expected,
        };
        self.suite.send(self.owner, self.oracle, &call).map(|_| ())
    }

    pub(crate) fn quote(&mut self) -> Quote {
        let tokens = vec![self.token];
        let call = IOracleAdapter::quotesCall { tokens };
        self.suite.view(self.oracle, &call).unwrap().remove(0)
    }

    pub(crate) fn status(&mut self) -> u8 {
        self.quote().status
    }

    /// Mid and status.
    pub(crate) fn mid(&mut self) -> (U256, u8) {
        let quote = self.quote();
        (quote.mid, quote.status)
    }

    pub(crate) fn poke(&mut self) -> bool {
        let (poker, token) = (self.suite.user("poker"), self.token);
        self.suite.poke(poker, token).unwrap().0
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.suite.pass(seconds).unwrap();
    }
}

/// The adapter's refusal of a configuration without a good price.
#[track_caller]
pub(crate) fn assert_unavailable(result: Result<(), Failure>, status: u8) {
    let failure = result.expect_err("the sources are refused");
    let error = failure.as_error::<IOracleAdapter::PriceUnavailable>();
    let error = error.unwrap_or_else(|| panic!("{failure}"));
    assert_eq!(error.status, status);
}

/// Equal but for what storage and 64-bit arithmetic round away.
#[track_caller]
pub(crate) fn assert_near(value: U256, expected: U256) {
    let distance = value.abs_diff(expected);
    assert!(
        distance <= expected / U256::from(1_000_000_000),
        "{value} is not {expected}"
    );
}
