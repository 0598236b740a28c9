//! The oracle adapter: one price a token, from several sources, or none.

interface! {
    /// What the adapter knows of one token.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Quote {
        /// Median price, 1e36 scale. With status Disagree the median all the same; with Stale the median of all well-formed
        /// answers, old ones included: the last good price or the nearest thing to it. Zero with NoQuorum.
        uint256 mid;
        /// Conservative price for opening: the lowest that `mid` is the median of, 1e36 scale. For opening, only an Ok one counts.
        uint256 low;
        /// Annualised volatility, WAD.
        uint256 volatility;
        /// 0 Ok, 1 Stale, 2 Disagree, 3 Halted, 4 SequencerDown, 5 NoQuorum.
        uint8 status;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IOracleAdapter {
        /// The sources of a token were set, all at once.
        event SourcesSet(address indexed token, uint8 tokenDecimals, address[] feeds, uint32[] maxAges, uint8 quorum, uint256 maxSpread, uint256 volatility);
        event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
        event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

        error NotAuthorized(address caller);
        error ZeroAddress();
        /// No good price: the status says why.
        error PriceUnavailable(address token, uint8 status);
        error UnknownToken(address token);
        /// Arrays of different lengths, none or too many feeds, or a quorum that they can't reach.
        error InvalidSources(uint256 feeds, uint256 maxAges, uint256 quorum);
        error DuplicateSource(address feed);
        error ParameterOutOfBounds(bytes32 parameter, uint256 value);
        /// The feed does not answer `decimals()`, or with a number out of range.
        error InvalidFeed(address feed);
        error MathOverflow();
        /// A source failed, and the gas left was too little for it to have had its share: nothing can be said about the source.
        error InsufficientGas(uint256 available, uint256 needed);

        /// ERC-7726: how much of `quote` is worth as much as `inAmount` of `base`, rounded down.
        function getQuote(uint256 inAmount, address base, address quote) external view returns (uint256 outAmount);
        /// Price of `token` on the 1e36 scale; reverts without a good one.
        function price(address token) external view returns (uint256);
        /// One quote a token, in order; reverts only for want of gas.
        function quotes(address[] calldata tokens) external view returns (Quote[] memory);
        /// The loan asset that prices are in.
        function asset() external view returns (address);
        /// Set the Chainlink-style feeds of `token`: each gives the value of one whole token in whole units of the loan asset.
        function setSources(address token, uint8 tokenDecimals, address[] calldata feeds, uint32[] calldata maxAges, uint8 quorum, uint256 maxSpread, uint256 volatility) external;
        function sourcesOf(address token) external view returns (uint8 tokenDecimals, address[] memory feeds, uint32[] memory maxAges, uint8 quorum, uint256 maxSpread, uint256 volatility);
        function owner() external view returns (address);
        function pendingOwner() external view returns (address);
        function transferOwnership(address newOwner) external;
        function acceptOwnership() external;
    }
}

/// The status byte of a [`Quote`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// The price is good.
    Ok = 0,
    /// Too few sources have a recent enough answer.
    Stale = 1,
    /// The sources disagree by more than the spread limit.
    Disagree = 2,
    /// The circuit breaker holds the token.
    Halted = 3,
    /// The sequencer is down, or its grace period runs.
    SequencerDown = 4,
    /// Too few sources answer at all.
    NoQuorum = 5,
}
