//! Settings of a node, and why one does not start.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use crate::config::DEFAULT_CHAIN_ID;

/// Settings of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeConfig {
    /// Address to listen on. Whoever reaches it controls the chain and its funded accounts.
    pub host: IpAddr,
    /// Port; 0 takes a free one.
    pub port: u16,
    /// Chain id.
    pub chain_id: u64,
    /// Seconds between blocks; none closes a block after each transaction.
    pub block_time: Option<u64>,
    /// Time of the first block, seconds since 1970. Not the present: the same transactions shall give the same hashes.
    pub genesis_time: u64,
    /// File that keeps the state; none keeps it in memory only.
    pub state: Option<PathBuf>,
    /// Number of funded accounts.
    pub accounts: usize,
}

impl Default for NodeConfig {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 8547,
            chain_id: DEFAULT_CHAIN_ID,
            block_time: None,
            genesis_time: 1_700_000_000,
            state: None,
            accounts: 10,
        }
    }
}

/// Why a node does not start, or cannot go on.
#[derive(Debug)]
pub enum NodeError {
    /// The port is taken, or the address is not this machine's.
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The state file cannot be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The state file is damaged, or of another chain.
    BadState {
        /// The file.
        path: PathBuf,
        /// What is wrong, and in which line.
        reason: String,
    },
    /// Something that should not happen.
    Internal(String),
}

impl fmt::Display for NodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, reason } => match reason.kind() {
                std::io::ErrorKind::AddrInUse => write!(
                    formatter,
                    "cannot listen on {address}: the port is in use, perhaps by another node"
                ),
                _ => write!(formatter, "cannot listen on {address}: {reason}"),
            },
            Self::File { path, reason } => {
                write!(formatter, "state file {}: {reason}", path.display())
            }
            Self::BadState { path, reason } => {
                write!(formatter, "state file {}: {reason}", path.display())
            }
            Self::Internal(reason) => write!(formatter, "{reason}"),
        }
    }
}

impl std::error::Error for NodeError {}
