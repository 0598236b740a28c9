// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces by `cargo xtask abi`; what each item means is written there.
pragma solidity ^0.8.4;

interface IOracleAdapter {
    struct Leg {
        uint256 source;
        uint256 kind;
        bool inverse;
        address target;
        uint256 period;
        uint256 first;
        uint256 second;
    }
    struct LegState {
        Leg leg;
        int256 exponent;
        uint256 anchorRate;
        uint256 anchorTime;
    }
    struct Memory {
        uint256 lastPrice;
        uint256 sampledAt;
        uint256 average;
        uint256 volatility;
        uint256 upUntil;
        uint256 downUntil;
        uint256 failingSince;
    }
    struct Parameters {
        uint256 decimals;
        uint256 quorum;
        uint256 maxSpread;
        uint256 gapVolatility;
        uint256 resolution;
        uint256 breakerFactor;
        uint256 breakerFloor;
        uint256 sampleInterval;
        uint256 maxGap;
        uint256 volatilityWindow;
        uint256 averageWindow;
        uint256 haltDuration;
        uint256 deadAfter;
    }
    struct Quote {
        uint256 mid;
        uint256 low;
        uint256 volatility;
        uint8 status;
    }
    struct SourceReading {
        uint256 price;
        uint8 state;
    }

    error DuplicateSource(address target);
    error ExpectedPriceRequired(address token);
    error InsufficientGas(uint256 available, uint256 needed);
    error InvalidFeed(address target);
    error InvalidSources(uint256 legs, uint256 sources, uint256 quorum);
    error MathOverflow();
    error NotAuthorized(address caller);
    error ParameterOutOfBounds(bytes32 parameter, uint256 value);
    error PriceMoved(address token, uint256 price, uint256 anchor);
    error PriceUnavailable(address token, uint8 status);
    error UnknownToken(address token);
    error ZeroAddress();

    event Halted(address indexed token, uint256 price, uint256 average, uint256 until);
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    event Sampled(address indexed token, uint256 price, uint256 average, uint256 volatility);
    event SequencerFeedSet(address indexed feed, uint256 grace);
    event SourcesFailing(address indexed token, uint8 status);
    event SourcesSet(address indexed token, Parameters parameters, Leg[] legs, uint256 expectedPrice);

    function acceptOwnership() external;
    function asset() external view returns (address);
    function extension() external view returns (address);
    function getQuote(uint256 inAmount, address base, address quote) external view returns (uint256 outAmount);
    function memoryOf(address token) external view returns (Memory memory);
    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function poke(address token) external returns (bool sampled);
    function price(address token) external view returns (uint256);
    function quotes(address[] memory tokens) external view returns (Quote[] memory);
    function readings(address token) external view returns (SourceReading[] memory);
    function sequencerFeed() external view returns (address feed, uint256 grace);
    function sequencerUpSince() external view returns (uint64);
    function setSequencerFeed(address feed, uint256 grace) external;
    function setSources(address token, Parameters memory parameters, Leg[] memory legs, uint256 expectedPrice) external;
    function sourcesOf(address token) external view returns (Parameters memory parameters, LegState[] memory legs);
    function transferOwnership(address newOwner) external;
}
