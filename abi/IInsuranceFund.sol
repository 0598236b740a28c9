// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces by `cargo xtask abi`; what each item means is written there.
pragma solidity ^0.8.4;

interface IInsuranceFund {
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    error ERC20InvalidReceiver(address receiver);
    error ERC4626ExceededMaxRedeem(address owner, uint256 shares, uint256 max);
    error HalfExceeded(uint256 spent, uint256 left);
    error Locked();
    error MathOverflow();
    error NotAuthorized(address caller);
    error ParameterOutOfBounds(bytes32 parameter, uint256 value);
    error PreviewNotSupported();
    error TokenCallFailed(address token);
    error ZeroAddress();
    error ZeroAmount();

    event Absorbed(uint256 indexed id, address indexed caller, uint256 lotTaken, uint256 paid, uint256 shares);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    event OperatorSet(address indexed controller, address indexed operator, bool approved);
    event RedeemCancelled(address indexed controller, address indexed sender, uint256 shares);
    event RedeemRequest(address indexed controller, address indexed owner, uint256 indexed requestId, address sender, uint256 shares);
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Withdraw(address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares);

    function absorb(uint256 id, uint256 maxLot) external returns (uint256 lotTaken, uint256 paid);
    function absorbedShares() external view returns (uint256 shares);
    function allowance(address owner, address spender) external view returns (uint256);
    function approve(address spender, uint256 value) external returns (bool);
    function asset() external view returns (address);
    function balanceOf(address owner) external view returns (uint256);
    function cancelRedeem(address controller) external returns (uint256 shares);
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 claimableShares);
    function convertToAssets(uint256 shares) external view returns (uint256);
    function convertToShares(uint256 assets) external view returns (uint256);
    function cooldown() external view returns (uint256);
    function cover() external view returns (uint256 assets);
    function decimals() external view returns (uint8);
    function deposit(uint256 assets, address receiver) external returns (uint256);
    function isOperator(address controller, address operator) external view returns (bool);
    function maxDeposit(address receiver) external view returns (uint256);
    function maxMint(address receiver) external view returns (uint256);
    function maxRedeem(address controller) external view returns (uint256);
    function maxWithdraw(address controller) external view returns (uint256);
    function mint(uint256 shares, address receiver) external returns (uint256);
    function name() external view returns (string memory);
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 pendingShares);
    function previewDeposit(uint256 assets) external view returns (uint256);
    function previewMint(uint256 shares) external view returns (uint256);
    function previewRedeem(uint256 shares) external view returns (uint256);
    function previewWithdraw(uint256 assets) external view returns (uint256);
    function redeem(uint256 shares, address receiver, address controller) external returns (uint256);
    function redeemRequestOf(address controller) external view returns (uint256 shares, uint256 from, uint256 until);
    function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 requestId);
    function setOperator(address operator, bool approved) external returns (bool);
    function share() external view returns (address);
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
    function symbol() external view returns (string memory);
    function totalAssets() external view returns (uint256);
    function totalSupply() external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    function window() external view returns (uint256);
    function withdraw(uint256 assets, address receiver, address controller) external returns (uint256);
}
