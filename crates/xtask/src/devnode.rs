//! The embedded chain as a node for clients.

use std::{ffi::OsString, io::Write as _, path::PathBuf};

use breakwater_devnode::node::{self, NodeConfig, NodeError, MNEMONIC};
use lexopt::{Arg, ValueExt};

use crate::{
    error::{Error, Result},
    output,
};

/// Reads the command line.
pub(crate) fn arguments(arguments: Vec<OsString>) -> Result<NodeConfig> {
    let mut config = NodeConfig::default();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("host") => config.host = parser.value()?.parse()?,
            Arg::Long("port") => config.port = parser.value()?.parse()?,
            Arg::Long("chain-id") => {
                config.chain_id = parser.value()?.parse()?;
                if config.chain_id == 0 {
                    return Err(Error::usage("--chain-id must not be 0"));
                }
            }
            Arg::Long("block-time") => {
                let seconds = parser.value()?.parse()?;
                if seconds == 0 {
                    return Err(Error::usage("--block-time must be at least 1 second")
                        .advise("leave it out to get a block for each transaction"));
                }
                config.block_time = Some(seconds);
            }
            Arg::Long("genesis-time") => config.genesis_time = parser.value()?.parse()?,
            Arg::Long("state") => config.state = Some(PathBuf::from(parser.value()?)),
            Arg::Long("accounts") => {
                config.accounts = parser.value()?.parse()?;
                if config.accounts > node::MOST_ACCOUNTS {
                    return Err(Error::usage(format!(
                        "--accounts must be at most {}",
                        node::MOST_ACCOUNTS
                    )));
                }
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(config)
}

/// Runs a node until it is interrupted.
pub(crate) fn run(config: NodeConfig) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(format!("cannot start threads: {error}")))?;
    runtime.block_on(serve(config))
}

async fn serve(config: NodeConfig) -> Result<()> {
    let mode = match config.block_time {
        Some(seconds) => format!("a block every {seconds} s"),
        None => "a block for each transaction".to_owned(),
    };
    let state = config.state.clone();
    let chain_id = config.chain_id;
    let running = node::start(config).await.map_err(error)?;
    for (index, account) in running.accounts().iter().enumerate().take(SHOWN_ACCOUNTS) {
        output::line(format_args!(
            "({index}) {}  {}",
            account.address(),
            account.private_key()
        ));
    }
    let hidden = running.accounts().len().saturating_sub(SHOWN_ACCOUNTS);
    if hidden != 0 {
        output::line(format_args!("... and {hidden} more"));
    }
    output::line(format_args!(
        "\nEach account has 10,000 ether. The keys are those of the mnemonic {MNEMONIC:?}:\n\
         everybody knows them. Never send anything of value to these addresses.\n"
    ));
    if let Some(path) = state {
        output::line(format_args!(
            "state: {}, block {}",
            path.display(),
            running.block_number()
        ));
    }
    let address = running.address();
    output::line(format_args!(
        "devnode: chain {chain_id}, {mode}, listening on http://{address} and ws://{address} (Ctrl-C ends it)"
    ));
    // Whoever started this waits for that line, perhaps through a pipe.
    let _ = std::io::stdout().flush();
    interrupted().await?;
    let last = running.block_number();
    running.stop().await;
    output::line(format_args!("devnode: ended at block {last}"));
    Ok(())
}

/// Accounts that are printed.
const SHOWN_ACCOUNTS: usize = 20;

async fn interrupted() -> Result<()> {
    let failed = |error| Error::new(format!("cannot wait for Ctrl-C: {error}"));
    #[cfg(unix)]
    {
        use tokio::signal::unix::{signal, SignalKind};
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        tokio::select! {
            ended = tokio::signal::ctrl_c() => ended.map_err(failed),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(failed)
}

fn error(error: NodeError) -> Error {
    let advice = match &error {
        NodeError::Listen { .. } => {
            "end what uses it, or choose another with --port (0 takes a free one)"
        }
        NodeError::File { .. } => "name a file that can be written: --state FILE",
        NodeError::BadState { .. } => {
            "move the file away to begin a new chain, or name another with --state"
        }
        NodeError::Internal(_) => "this should not happen: please report it",
    };
    Error::new(error.to_string()).advise(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<NodeConfig> {
        arguments(line.split_whitespace().map(OsString::from).collect())
    }

    #[test]
    fn without_arguments_the_node_is_where_tools_look_for_it() {
        let config = read("").unwrap();
        assert_eq!(config, NodeConfig::default());
        assert_eq!((config.port, config.chain_id), (8547, 412_346));
        assert!(config.host.is_loopback());
    }

    #[test]
    fn every_setting_can_be_given() {
        let config = read(
            "--host 0.0.0.0 --port 0 --chain-id 7 --block-time 2 --genesis-time 9 --state a --accounts 3",
        )
        .unwrap();
        assert!(config.host.is_unspecified());
        assert_eq!((config.port, config.chain_id), (0, 7));
        assert_eq!((config.block_time, config.genesis_time), (Some(2), 9));
        assert_eq!(config.state, Some(PathBuf::from("a")));
        assert_eq!(config.accounts, 3);
    }

    #[test]
    fn wrong_settings_are_refused_with_what_is_wrong() {
        for (line, said) in [
            ("--port 70000", "cannot parse argument \"70000\""),
            ("--host here", "cannot parse argument \"here\""),
            ("--chain-id 0", "--chain-id must not be 0"),
            ("--block-time 0", "--block-time must be at least 1 second"),
            ("--accounts 10001", "--accounts must be at most 10000"),
            ("--state", "missing argument for option '--state'"),
            ("now", "unexpected argument \"now\""),
        ] {
            let error = read(line).unwrap_err();
            assert!(error.to_string().contains(said), "{line}: {error}");
            assert_eq!(error.exit_status(), 2, "{line}");
        }
    }
}
