//! The oracle adapter: one price a token, from several sources, or none.

use alloy_primitives::{Address, B256, U256};

interface! {
    /// What the adapter knows of one token.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Quote {
        /// The median with status Ok. Otherwise the last good price, until the token is dead; then zero.
        uint256 mid;
        /// Conservative price for opening: the lower of `mid` and the time-weighted average. Only an Ok one counts.
        uint256 low;
        uint256 volatility;
        /// What came of the sources.
        uint8 status;
    }

    /// How a token is priced, but for its sources. Ratios in WAD, to a millionth; times in seconds.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Parameters {
        /// Of the token, at most 24.
        uint256 decimals;
        /// Least that must give a fresh price.
        uint256 quorum;
        /// Largest (highest − lowest)/median of a majority of the fresh prices, at least a quorum, up to 0.5.
        uint256 maxSpread;
        /// Volatility at first, and at least after `maxGap` without a sample.
        uint256 gapVolatility;
        /// Returns under this count as none.
        uint256 resolution;
        /// The breaker: distance from the average, to a hundredth.
        uint256 breakerFactor;
        /// The breaker: a distance from the average that is always allowed.
        uint256 breakerFloor;
        /// Least time between two samples.
        uint256 sampleInterval;
        /// Longest time between two samples for which volatility is taken to be known.
        uint256 maxGap;
        /// Window of the volatility: weights fall by e in it.
        uint256 volatilityWindow;
        /// Window of the average price, likewise.
        uint256 averageWindow;
        /// How long a halt lasts.
        uint256 haltDuration;
        /// How long after sources were found failing the last good price still counts.
        uint256 deadAfter;
    }

    /// A leg of a source. A source's price is the product of its legs, in their order.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Leg {
        /// Number of the source, from 0 up.
        uint256 source;
        /// 0 Chainlink, 1 Pyth, 2 Uniswap v3, 3 ERC-4626 rate, 4 fixed.
        uint256 kind;
        /// Divide by the leg instead of multiplying. A pool gives token 1 for token 0 unless inverse.
        bool inverse;
        /// The feed, the Pyth contract, the pool or the ERC-4626 vault; zero if fixed.
        address target;
        /// Chainlink, Pyth: largest age of an answer. Uniswap: window of the mean tick. Seconds. Else zero.
        uint256 period;
        /// Chainlink: the aggregator's least answer, in its decimals, which is no price; Pyth: the feed's id; ERC-4626: largest growth
        /// a year, WAD to a millionth; fixed: the value, WAD.
        uint256 first;
        /// Chainlink: the aggregator's largest answer, 0 for none; Pyth: largest confidence over price, WAD to a millionth. Else zero.
        uint256 second;
    }

    /// A leg as it is kept.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct LegState {
        /// As set, bounds rounded inward to 16 binary digits.
        Leg leg;
        /// Power of ten from the source contract's numbers to whole units, as read when it was set; Pyth's is in each answer.
        int256 exponent;
        /// ERC-4626: the rate when it was set, in base units of the asset for a whole share, from which growth is capped.
        uint256 anchorRate;
        /// ERC-4626: the time of `anchorRate`.
        uint256 anchorTime;
    }

    /// What the adapter remembers of a token.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Memory {
        /// The last sample, 1e36 scale: the last good price, to the resolution.
        uint256 lastPrice;
        /// When samples were last taken.
        uint256 sampledAt;
        /// As of `sampledAt`.
        uint256 average;
        /// As of `sampledAt`.
        uint256 volatility;
        /// End of the last halt upward, or when its price was first sampled; 0 if there was none.
        uint256 upUntil;
        /// The same downward.
        uint256 downUntil;
        /// When sources were found failing, as of the last poke.
        uint256 failingSince;
    }

    /// What a source says now.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct SourceReading {
        /// 0 if it is none.
        uint256 price;
        /// 0 fresh, 1 too old, 2 nothing that can be a price.
        uint8 state;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IOracleAdapter {
        /// All that prices a token was set at once. `expectedPrice` is 0 unless the check against the last good price was overridden.
        event SourcesSet(address indexed token, Parameters parameters, Leg[] legs, uint256 expectedPrice);
        /// A sample was taken: its price and the average (1e36 scale), the volatility (WAD).
        event Sampled(address indexed token, uint256 price, uint256 average, uint256 volatility);
        /// The breaker holds a price back, for a bounded time.
        event Halted(address indexed token, uint256 price, uint256 average, uint256 until);
        /// Sources were found failing, with this status; `deadAfter` runs from here.
        event SourcesFailing(address indexed token, uint8 status);
        event SequencerFeedSet(address indexed feed, uint256 grace);
        event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
        event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

        error NotAuthorized(address caller);
        error ZeroAddress();
        /// No good price: the status says why.
        error PriceUnavailable(address token, uint8 status);
        error UnknownToken(address token);
        /// No or too many legs, sources not numbered from 0 up, or a quorum that they can't reach.
        error InvalidSources(uint256 legs, uint256 sources, uint256 quorum);
        error DuplicateSource(address target);
        error ParameterOutOfBounds(bytes32 parameter, uint256 value);
        /// The source contract does not answer what its kind must, or with numbers out of range.
        error InvalidFeed(address target);
        /// The new price is further from the last good one, or from the expected one, than a configuration may move it.
        error PriceMoved(address token, uint256 price, uint256 anchor);
        /// There is no last good price to compare with: say which price is expected.
        error ExpectedPriceRequired(address token);
        error MathOverflow();
        /// A source failed, and the gas left was too little for it to have had its share: nothing can be said about the source.
        error InsufficientGas(uint256 available, uint256 needed);

        /// ERC-7726: how much of `quote` is worth as much as `inAmount` of `base`, rounded down.
        function getQuote(uint256 inAmount, address base, address quote) external view returns (uint256 outAmount);
        /// Price of `token` on the 1e36 scale; reverts without a good one.
        function price(address token) external view returns (uint256);
        /// One quote a token, in order; reverts only for want of gas.
        function quotes(address[] calldata tokens) external view returns (Quote[] memory);
        /// The quote of one token, and what `sequencerUpSince` says, in one call; reverts only for want of gas.
        function liveQuote(address token) external view returns (Quote memory quote, uint64 upSince);
        /// Takes a sample, by anybody; at most one a `sampleInterval`. Starts the clock of a halt and of failing sources. True if a sample was taken.
        function poke(address token) external returns (bool sampled);
        /// `poke(token)`, whatever comes of it, and then `quotes(tokens)`.
        function pokeAndQuotes(address token, address[] calldata tokens) external returns (Quote[] memory);
        /// What each source of `token` says now.
        function readings(address token) external view returns (SourceReading[] memory);
        /// Sets all that prices `token`, at once. The sources must give a price, within 5 % of the last good one, or, if
        /// `expectedPrice` is not 0, of that: then the memory begins anew. 1e36 scale.
        function setSources(address token, Parameters calldata parameters, Leg[] calldata legs, uint256 expectedPrice) external;
        /// What backs `token`: all zero and empty for an unknown one.
        function sourcesOf(address token) external view returns (Parameters memory parameters, LegState[] memory legs);
        function memoryOf(address token) external view returns (Memory memory);
        /// Sets Chainlink's L2 sequencer uptime feed and the seconds to wait after an outage; a zero address for no feed.
        function setSequencerFeed(address feed, uint256 grace) external;
        /// The feed, zero if there is none: then an outage goes unnoticed.
        function sequencerFeed() external view returns (address feed, uint256 grace);
        /// Since when the sequencer has been up, seconds since 1970: 0 without a sequencer feed, 2^64-1 while it is down.
        function sequencerUpSince() external view returns (uint64);
        /// The loan asset that prices are in.
        function asset() external view returns (address);
        /// The program for configuration and views of it, which runs on the adapter's storage.
        function extension() external view returns (address);
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
    /// No majority of the sources is within the spread limit.
    Disagree = 2,
    /// The circuit breaker holds the token.
    Halted = 3,
    /// The sequencer is down, or its grace period runs.
    SequencerDown = 4,
    /// Too few sources answer at all.
    NoQuorum = 5,
}

/// The kind of a [`Leg`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SourceKind {
    /// A Chainlink-style feed, `AggregatorV3Interface`.
    Chainlink = 0,
    /// A price of Pyth.
    Pyth = 1,
    /// The mean tick of a Uniswap v3 pool.
    UniswapV3 = 2,
    /// What a whole share of an ERC-4626 vault is worth in its asset.
    Erc4626 = 3,
    /// A constant.
    Fixed = 4,
}

/// A millionth in WAD.
const MILLIONTH: u64 = 1_000_000_000_000;

impl Parameters {
    /// Defaults for a liquid token, tuned on the crashes that contracts/oracle-adapter/README.md names: a spread of 2 %, a sample a
    /// minute, a day's window of volatility, an average over 20 minutes, and a breaker at 5 standard deviations and 25 %, for 10 minutes.
    #[must_use]
    pub fn standard(decimals: u8, quorum: u8) -> Self {
        let millionths = |value: u64| U256::from(value.saturating_mul(MILLIONTH));
        Self {
            decimals: U256::from(decimals),
            quorum: U256::from(quorum),
            maxSpread: millionths(20_000),
            gapVolatility: millionths(1_000_000),
            resolution: millionths(500),
            breakerFactor: millionths(5_000_000),
            breakerFloor: millionths(250_000),
            sampleInterval: U256::from(60),
            maxGap: U256::from(3 * 3_600),
            volatilityWindow: U256::from(86_400),
            averageWindow: U256::from(1_200),
            haltDuration: U256::from(600),
            deadAfter: U256::from(2 * 86_400),
        }
    }
}

impl Leg {
    fn of(source: u8, kind: SourceKind, target: Address, period: u32) -> Self {
        Self {
            source: U256::from(source),
            kind: U256::from(kind as u8),
            target,
            period: U256::from(period),
            ..Self::default()
        }
    }

    /// A Chainlink-style feed; its aggregator's least and largest answers are in `first` and `second`, if it has any.
    #[must_use]
    pub fn chainlink(source: u8, feed: Address, max_age: u32) -> Self {
        Self::of(source, SourceKind::Chainlink, feed, max_age)
    }

    /// A price of Pyth; `max_confidence` over the price, WAD.
    #[must_use]
    pub fn pyth(
        source: u8,
        contract: Address,
        id: B256,
        max_age: u32,
        max_confidence: U256,
    ) -> Self {
        Self {
            first: id.into(),
            second: max_confidence,
            ..Self::of(source, SourceKind::Pyth, contract, max_age)
        }
    }

    /// A Uniswap v3 pool's token 1 for token 0, at the mean tick of `window` seconds with at least this mean liquidity.
    #[must_use]
    pub fn uniswap_v3(source: u8, pool: Address, window: u32, least_liquidity: U256) -> Self {
        Self {
            first: least_liquidity,
            ..Self::of(source, SourceKind::UniswapV3, pool, window)
        }
    }

    /// What a share of an ERC-4626 vault is worth in its asset; `growth` a year at most, WAD.
    #[must_use]
    pub fn erc4626(source: u8, vault: Address, growth: U256) -> Self {
        Self {
            first: growth,
            ..Self::of(source, SourceKind::Erc4626, vault, 0)
        }
    }

    /// A constant, WAD.
    #[must_use]
    pub fn fixed(source: u8, value: U256) -> Self {
        Self {
            first: value,
            ..Self::of(source, SourceKind::Fixed, Address::ZERO, 0)
        }
    }

    /// The same leg, to divide by.
    #[must_use]
    pub fn inverted(self) -> Self {
        Self {
            inverse: !self.inverse,
            ..self
        }
    }
}
