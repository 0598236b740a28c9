// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces by `cargo xtask abi`; what each item means is written there.
pragma solidity ^0.8.4;

interface ILiquidationAuction {
    struct Order {
        uint256 id;
        uint256 maxLot;
        uint256 minLot;
        uint256 maxPrice;
    }

    error AmountTooLarge(uint256 amount);
    error CallbackFailed(address receiver);
    error ClaimNotPaid(uint256 id, uint256 outstanding);
    error CurveNotSet(address token);
    error DeadlinePassed(uint256 deadline, uint256 timestamp);
    error InvalidAnswer(address module);
    error InvalidReceiver(address receiver);
    error Locked();
    error LotBelowMinimum(uint256 lot, uint256 minimum);
    error MathOverflow();
    error NeedsReset(uint256 id);
    error NotAuthorized(address caller);
    error NotHalted(address token, uint8 status);
    error NothingOwed(uint256 id);
    error ParameterOutOfBounds(bytes32 parameter, uint256 value);
    error PriceAboveMaximum(uint256 price, uint256 maximum);
    error PriceNotOk(address token, uint8 status);
    error RemainderIsDust(uint256 remainder, uint256 dust);
    error ResetNotNeeded(uint256 id);
    error Stopped(uint8 level);
    error UnknownAuction(uint256 id);
    error ZeroAddress();
    error ZeroAmount();

    event Cancelled(uint256 indexed id);
    event CurveSet(address indexed token, uint8 kind, uint256 buffer, uint256 rate, uint256 step, uint256 floor, uint256 cap, uint256 tail, uint256 cusp);
    event DustSet(uint256 dust);
    event Ended(uint256 indexed id, bytes32 indexed account, uint256 lotReturned, uint256 tabLeft);
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    event Restarted(uint256 indexed id, uint256 top, uint256 price, uint256 rate, address keeper);
    event Started(uint256 indexed id, bytes32 indexed account, address indexed token, uint256 lot, uint256 tab, uint256 debt, uint256 top, uint256 price, uint256 rate, address keeper);
    event StopSet(uint8 level);
    event Taken(uint256 indexed id, bytes32 indexed account, address indexed taker, address receiver, uint256 lotTaken, uint256 paid, uint256 price, uint256 lot, uint256 tab);
    event Tripped(address indexed token);

    function absorb(uint256 id, uint256 maxLot) external returns (uint256 lotTaken, uint256 paid, uint256 sharesBurned, uint256 sharesLeft);
    function acceptOwnership() external;
    function active(uint256 offset, uint256 limit) external view returns (uint256[] memory);
    function activeCount() external view returns (uint256);
    function cancel(uint256 id) external;
    function close(uint256 id) external;
    function curveOf(address token) external view returns (uint8 kind, uint256 buffer, uint256 rate, uint256 step, uint256 floor, uint256 cap, uint256 tail, uint256 cusp);
    function dust() external view returns (uint256);
    function modules() external view returns (address vault, address oracle);
    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function quote(uint256 id, uint256 maxLot) external view returns (uint256 lotTaken, uint256 payment, uint256 price);
    function reset(uint256 id, address keeper) external;
    function setCurve(address token, uint8 kind, uint256 buffer, uint256 rate, uint256 step, uint256 floor, uint256 cap, uint256 tail, uint256 cusp) external;
    function setDust(uint256 dust) external;
    function setStop(uint8 level) external;
    function start(bytes32 account, address token, uint256 lot, uint256 tab, uint256 debt, uint256 price, uint256 volatility, address keeper) external returns (uint256 id);
    function statusOf(uint256 id) external view returns (bool live, bool needsReset, uint256 price, uint256 lot, uint256 tab, uint256 debt, bytes32 account, address token, uint256 startedAt, uint256 top);
    function stopLevel() external view returns (uint8);
    function take(uint256 id, uint256 maxLot, uint256 minLot, uint256 maxPrice, uint256 deadline, address receiver, bytes memory data) external returns (uint256 lotTaken, uint256 paid);
    function takeBatch(Order[] memory orders, uint256 deadline, address receiver, bytes memory data) external returns (uint256 taken, uint256 paid);
    function transferOwnership(address newOwner) external;
    function trip(address token) external;
    function trippedAt(address token) external view returns (uint256);
}
