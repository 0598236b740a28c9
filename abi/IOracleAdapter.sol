// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces by `cargo xtask abi`; what each item means is written there.
pragma solidity ^0.8.4;

interface IOracleAdapter {
    struct Quote {
        uint256 mid;
        uint256 low;
        uint256 volatility;
        uint8 status;
    }

    error DuplicateSource(address feed);
    error InsufficientGas(uint256 available, uint256 needed);
    error InvalidFeed(address feed);
    error InvalidSources(uint256 feeds, uint256 maxAges, uint256 quorum);
    error MathOverflow();
    error NotAuthorized(address caller);
    error ParameterOutOfBounds(bytes32 parameter, uint256 value);
    error PriceUnavailable(address token, uint8 status);
    error UnknownToken(address token);
    error ZeroAddress();

    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    event SourcesSet(address indexed token, uint8 tokenDecimals, address[] feeds, uint32[] maxAges, uint8 quorum, uint256 maxSpread, uint256 volatility);

    function acceptOwnership() external;
    function asset() external view returns (address);
    function getQuote(uint256 inAmount, address base, address quote) external view returns (uint256 outAmount);
    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function price(address token) external view returns (uint256);
    function quotes(address[] memory tokens) external view returns (Quote[] memory);
    function setSources(address token, uint8 tokenDecimals, address[] memory feeds, uint32[] memory maxAges, uint8 quorum, uint256 maxSpread, uint256 volatility) external;
    function sourcesOf(address token) external view returns (uint8 tokenDecimals, address[] memory feeds, uint32[] memory maxAges, uint8 quorum, uint256 maxSpread, uint256 volatility);
    function transferOwnership(address newOwner) external;
}
