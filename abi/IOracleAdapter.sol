// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces and abi/units.json by `cargo xtask abi`.
pragma solidity ^0.8.4;

interface IOracleAdapter {
    /// A leg of a source. A source's price is the product of its legs, in their order.
    struct Leg {
        // Number of the source, from 0 up.
        uint256 source;
        // 0 Chainlink, 1 Pyth, 2 Uniswap v3, 3 ERC-4626 rate, 4 fixed. (number of the kind)
        uint256 kind;
        // Divide by the leg instead of multiplying. A pool gives token 1 for token 0 unless inverse.
        bool inverse;
        // The feed, the Pyth contract, the pool or the ERC-4626 vault; zero if fixed. (address)
        address target;
        // Chainlink, Pyth: largest age of an answer. Uniswap: window of the mean tick. Seconds. Else zero.
        uint256 period;
        // Chainlink: the aggregator's least answer, in its decimals, which is no price; Pyth: the feed's id; ERC-4626:
        // largest growth a year, WAD to a millionth; fixed: the value, WAD.
        uint256 first;
        // Chainlink: the aggregator's largest answer, 0 for none; Pyth: largest confidence over price, WAD to a
        // millionth. Else zero.
        uint256 second;
    }
    /// A leg as it is kept.
    struct LegState {
        // As set, bounds rounded inward to 16 binary digits.
        Leg leg;
        // Power of ten from the source contract's numbers to whole units, as read when it was set; Pyth's is in each
        // answer.
        int256 exponent;
        // ERC-4626: the rate when it was set, in base units of the asset for a whole share, from which growth is
        // capped.
        uint256 anchorRate;
        // ERC-4626: the time of `anchorRate`.
        uint256 anchorTime;
    }
    /// What the adapter remembers of a token.
    struct Memory {
        // The last sample, 1e36 scale: the last good price, to the resolution.
        uint256 lastPrice;
        // When samples were last taken. (seconds since 1970)
        uint256 sampledAt;
        // As of `sampledAt`. (time-weighted average price, value of a base unit in base units of the loan asset, times
        // 1e36)
        uint256 average;
        // As of `sampledAt`. (annualised, WAD)
        uint256 volatility;
        // End of the last halt upward, or when its price was first sampled; 0 if there was none.
        uint256 upUntil;
        // The same downward.
        uint256 downUntil;
        // When sources were found failing, as of the last poke. (seconds since 1970, 0 if they are not failing)
        uint256 failingSince;
    }
    /// How a token is priced, but for its sources. Ratios in WAD, to a millionth; times in seconds.
    struct Parameters {
        // Of the token, at most 24. (number of decimals)
        uint256 decimals;
        // Least that must give a fresh price. (number of sources)
        uint256 quorum;
        // Largest (highest − lowest)/median of a majority of the fresh prices, at least a quorum, up to 0.5.
        // (relative, WAD)
        uint256 maxSpread;
        // Volatility at first, and at least after `maxGap` without a sample. (annualised, WAD)
        uint256 gapVolatility;
        // Returns under this count as none. (relative change, WAD)
        uint256 resolution;
        // The breaker: distance from the average, to a hundredth. (standard deviations, WAD)
        uint256 breakerFactor;
        // The breaker: a distance from the average that is always allowed. (relative distance, WAD)
        uint256 breakerFloor;
        // Least time between two samples. (seconds)
        uint256 sampleInterval;
        // Longest time between two samples for which volatility is taken to be known. (seconds)
        uint256 maxGap;
        // Window of the volatility: weights fall by e in it. (seconds)
        uint256 volatilityWindow;
        // Window of the average price, likewise. (seconds)
        uint256 averageWindow;
        // How long a halt lasts. (seconds)
        uint256 haltDuration;
        // How long after sources were found failing the last good price still counts. (seconds)
        uint256 deadAfter;
    }
    /// What the adapter knows of one token.
    struct Quote {
        // The median with status Ok. Otherwise the last good price, until the token is dead; then zero. (value of a
        // base unit in base units of the loan asset, times 1e36)
        uint256 mid;
        // Conservative price for opening: the lower of `mid` and the time-weighted average. Only an Ok one counts.
        // (value of a base unit in base units of the loan asset, times 1e36)
        uint256 low;
        // annualised, WAD
        uint256 volatility;
        // What came of the sources. (0 Ok, 1 Stale, 2 Disagree, 3 Halted, 4 SequencerDown, 5 NoQuorum)
        uint8 status;
    }
    /// What a source says now.
    struct SourceReading {
        // 0 if it is none. (value of a base unit in base units of the loan asset, times 1e36)
        uint256 price;
        // 0 fresh, 1 too old, 2 nothing that can be a price.
        uint8 state;
    }

    /// @notice Two sources read the same contract.
    /// @param target address of the source contract
    error DuplicateSource(address target);
    /// @notice There is no last good price to compare with: say which price is expected.
    /// @param token address of the token
    error ExpectedPriceRequired(address token);
    /// @notice A source failed, and the gas left was too little for it to have had its share: nothing can be said about
    /// the source.
    /// @param available gas
    /// @param needed gas
    error InsufficientGas(uint256 available, uint256 needed);
    /// @notice The source contract does not answer what its kind must, or with numbers out of range.
    /// @param target address of the source contract
    error InvalidFeed(address target);
    /// @notice No or too many legs, sources not numbered from 0 up, or a quorum that they can't reach.
    /// @param legs number of legs
    /// @param sources number of sources
    /// @param quorum number of sources
    error InvalidSources(uint256 legs, uint256 sources, uint256 quorum);
    /// @notice A result left the range of 256 bits.
    error MathOverflow();
    /// @notice The caller has no right to this call.
    /// @param caller who called
    error NotAuthorized(address caller);
    /// @notice The parameter is outside the bounds that hold on chain.
    /// @param parameter name of the parameter, text padded with zero bytes
    /// @param value what it was set to
    error ParameterOutOfBounds(bytes32 parameter, uint256 value);
    /// @notice The new price is further from the last good one, or from the expected one, than a configuration may move
    /// it.
    /// @param token address of the token
    /// @param price value of a base unit in base units of the loan asset, times 1e36
    /// @param anchor what the price is compared with, value of a base unit in base units of the loan asset, times 1e36
    error PriceMoved(address token, uint256 price, uint256 anchor);
    /// @notice No good price: the status says why.
    /// @param token address of the token
    /// @param status 0 Ok, 1 Stale, 2 Disagree, 3 Halted, 4 SequencerDown, 5 NoQuorum
    error PriceUnavailable(address token, uint8 status);
    /// @notice The adapter has no sources for the token.
    /// @param token address of the token
    error UnknownToken(address token);
    /// @notice An address that must not be zero is zero.
    error ZeroAddress();

    /// @notice The breaker holds a price back, for a bounded time.
    /// @param token address of the token
    /// @param price value of a base unit in base units of the loan asset, times 1e36
    /// @param average time-weighted average price, value of a base unit in base units of the loan asset, times 1e36
    /// @param until seconds since 1970
    event Halted(address indexed token, uint256 price, uint256 average, uint256 until);
    /// @notice `newOwner` may accept ownership.
    /// @param previousOwner address of the owner until now
    /// @param newOwner address of the next owner
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    /// @notice `newOwner` accepted ownership.
    /// @param previousOwner address of the owner until now
    /// @param newOwner address of the next owner
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    /// @notice A sample was taken: its price and the average (1e36 scale), the volatility (WAD).
    /// @param token address of the token
    /// @param price value of a base unit in base units of the loan asset, times 1e36
    /// @param average time-weighted average price, value of a base unit in base units of the loan asset, times 1e36
    /// @param volatility annualised, WAD
    event Sampled(address indexed token, uint256 price, uint256 average, uint256 volatility);
    /// @notice The feed that tells whether the sequencer is up was set.
    /// @param feed address of the feed; zero: none
    /// @param grace seconds
    event SequencerFeedSet(address indexed feed, uint256 grace);
    /// @notice Sources were found failing, with this status; `deadAfter` runs from here.
    /// @param token address of the token
    /// @param status 0 Ok, 1 Stale, 2 Disagree, 3 Halted, 4 SequencerDown, 5 NoQuorum
    event SourcesFailing(address indexed token, uint8 status);
    /// @notice All that prices a token was set at once. `expectedPrice` is 0 unless the check against the last good
    /// price was overridden.
    /// @param token address of the token
    /// @param parameters how the token is priced, but for its sources
    /// @param legs legs of the sources, by source; a source's price is the product of its legs
    /// @param expectedPrice value of a base unit in base units of the loan asset, times 1e36; 0: none
    event SourcesSet(address indexed token, Parameters parameters, Leg[] legs, uint256 expectedPrice);

    /// @notice Accept ownership, by the pending owner.
    function acceptOwnership() external;
    /// @notice The loan asset that prices are in.
    /// @return address of the asset's token
    function asset() external view returns (address);
    /// @notice The program for configuration and views of it, which runs on the adapter's storage.
    /// @return address of the program
    function extension() external view returns (address);
    /// @notice ERC-7726: how much of `quote` is worth as much as `inAmount` of `base`, rounded down.
    /// @param inAmount base units of `base`
    /// @param base token that is given
    /// @param quote token that is wanted
    /// @return outAmount base units of `quote`, rounded down
    function getQuote(uint256 inAmount, address base, address quote) external view returns (uint256 outAmount);
    /// @notice The quote of one token, and what `sequencerUpSince` says, in one call; reverts only for want of gas.
    /// @param token address of the token
    /// @return quote what the adapter knows of the token
    /// @return upSince seconds since 1970; 0: no sequencer feed; 2^64-1: it is down
    function liveQuote(address token) external view returns (Quote memory quote, uint64 upSince);
    /// @notice What the adapter remembers of `token`.
    /// @param token address of the token
    /// @return what the adapter remembers of the token
    function memoryOf(address token) external view returns (Memory memory);
    /// @notice Who administers.
    /// @return address of the owner
    function owner() external view returns (address);
    /// @notice Who may accept ownership.
    /// @return address of who may accept ownership; zero: nobody
    function pendingOwner() external view returns (address);
    /// @notice Takes a sample, by anybody; at most one a `sampleInterval`. Starts the clock of a halt and of failing
    /// sources. True if a sample was taken.
    /// @param token address of the token
    /// @return sampled true if a sample was taken
    function poke(address token) external returns (bool sampled);
    /// @notice `poke(token)`, whatever comes of it, and then `quotes(tokens)`.
    /// @param token address of the token
    /// @param tokens addresses of the tokens
    /// @return one quote a token, in order
    function pokeAndQuotes(address token, address[] memory tokens) external returns (Quote[] memory);
    /// @notice Price of `token` on the 1e36 scale; reverts without a good one.
    /// @param token address of the token
    /// @return value of a base unit in base units of the loan asset, times 1e36
    function price(address token) external view returns (uint256);
    /// @notice One quote a token, in order; reverts only for want of gas.
    /// @param tokens addresses of the tokens
    /// @return one quote a token, in order
    function quotes(address[] memory tokens) external view returns (Quote[] memory);
    /// @notice What each source of `token` says now.
    /// @param token address of the token
    /// @return one reading a source, in order
    function readings(address token) external view returns (SourceReading[] memory);
    /// @notice The feed, zero if there is none: then an outage goes unnoticed.
    /// @return feed address of the feed; zero: none
    /// @return grace seconds
    function sequencerFeed() external view returns (address feed, uint256 grace);
    /// @notice Since when the sequencer has been up, seconds since 1970: 0 without a sequencer feed, 2^64-1 while it is
    /// down.
    /// @return seconds since 1970; 0 without a feed, 2^64-1 while it is down
    function sequencerUpSince() external view returns (uint64);
    /// @notice Sets Chainlink's L2 sequencer uptime feed and the seconds to wait after an outage; a zero address for no
    /// feed.
    /// @param feed address of the feed; zero: none
    /// @param grace seconds
    function setSequencerFeed(address feed, uint256 grace) external;
    /// @notice Sets all that prices `token`, at once. The sources must give a price, within 5 % of the last good one,
    /// or, if `expectedPrice` is not 0, of that: then the memory begins anew. 1e36 scale.
    /// @param token address of the token
    /// @param parameters how the token is priced, but for its sources
    /// @param legs legs of the sources, by source; a source's price is the product of its legs
    /// @param expectedPrice value of a base unit in base units of the loan asset, times 1e36; 0: none
    function setSources(address token, Parameters memory parameters, Leg[] memory legs, uint256 expectedPrice) external;
    /// @notice What backs `token`: all zero and empty for an unknown one.
    /// @param token address of the token
    /// @return parameters how the token is priced, but for its sources
    /// @return legs legs of the sources, by source; a source's price is the product of its legs
    function sourcesOf(address token) external view returns (Parameters memory parameters, LegState[] memory legs);
    /// @notice Offer ownership, by the owner; it moves when the new owner accepts.
    /// @param newOwner address of the next owner
    function transferOwnership(address newOwner) external;
}
