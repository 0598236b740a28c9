// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces and abi/units.json by `cargo xtask abi`.
pragma solidity ^0.8.4;

interface IInsuranceFund {
    /// @notice Collateral of the fund has no good price, so there is no value to issue shares at.
    error DepositsWait();
    /// @notice ERC-6093: the spender may move less than it would take.
    /// @param spender who may move it
    /// @param allowance what the spender may still move, base units
    /// @param needed what it would take, base units
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    /// @notice ERC-6093: the sender has less than it would take.
    /// @param sender who calls or pays
    /// @param balance what the sender has, base units
    /// @param needed what it would take, base units
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    /// @notice ERC-6093: this address can't receive shares.
    /// @param receiver who gets it
    error ERC20InvalidReceiver(address receiver);
    /// @notice More than `maxRedeem` allows.
    /// @param owner whose it is
    /// @param shares base units of shares
    /// @param max most that is possible, base units
    error ERC4626ExceededMaxRedeem(address owner, uint256 shares, uint256 max);
    /// @notice The module is in the middle of another call.
    error Locked();
    /// @notice A result left the range of 256 bits.
    error MathOverflow();
    /// @notice The caller has no right to this call.
    /// @param caller who called
    error NotAuthorized(address caller);
    /// @notice The parameter is outside the bounds that hold on chain.
    /// @param parameter name of the parameter, text padded with zero bytes
    /// @param value what it was set to
    error ParameterOutOfBounds(bytes32 parameter, uint256 value);
    /// @notice ERC-7540: an asynchronous vault has no preview of its exits.
    error PreviewNotSupported();
    /// @notice A collateral in use has no good price: the request can be claimed once it has one, and from `until` on
    /// in any case.
    /// @param until seconds since 1970
    error RedemptionsWait(uint256 until);
    /// @notice A call to a token failed.
    /// @param token address of the token
    error TokenCallFailed(address token);
    /// @notice An address that must not be zero is zero.
    error ZeroAddress();
    /// @notice An amount that must not be zero is zero.
    error ZeroAmount();

    /// @notice The fund took `lotTaken` of auction `id`, `paid` on its claim, for `shares` of its vault shares.
    /// @param id number of the auction
    /// @param caller who called
    /// @param lotTaken base units of the collateral
    /// @param paid base units of the loan asset
    /// @param shares base units of shares
    event Absorbed(uint256 indexed id, address indexed caller, uint256 lotTaken, uint256 paid, uint256 shares);
    /// @notice ERC-20: `spender` may move `value` of the shares of `owner`.
    /// @param owner whose it is
    /// @param spender who may move it
    /// @param value base units
    event Approval(address indexed owner, address indexed spender, uint256 value);
    /// @notice ERC-4626: `sender` paid `assets` in for `shares` of `owner`.
    /// @param sender who calls or pays
    /// @param owner whose it is
    /// @param assets vault shares, base units
    /// @param shares base units of shares
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    /// @notice ERC-7540.
    /// @param controller whose request it is
    /// @param operator who may act
    /// @param approved true to allow, false to forbid
    event OperatorSet(address indexed controller, address indexed operator, bool approved);
    /// @notice `shares` of `controller` came back out of escrow.
    /// @param controller whose request it is
    /// @param sender who calls or pays
    /// @param shares base units of shares
    event RedeemCancelled(address indexed controller, address indexed sender, uint256 shares);
    /// @notice ERC-7540.
    /// @param controller whose request it is
    /// @param owner whose it is
    /// @param requestId 0: requests of a controller are one
    /// @param sender who calls or pays
    /// @param shares base units of shares
    event RedeemRequest(address indexed controller, address indexed owner, uint256 indexed requestId, address sender, uint256 shares);
    /// @notice ERC-20: shares moved; from zero they were minted, to zero burnt.
    /// @param from who gave it
    /// @param to who gets it
    /// @param value base units
    event Transfer(address indexed from, address indexed to, uint256 value);
    /// @notice Prices that are not good began to make those wait who may leave, or no longer; `total` seconds of waits
    /// are over.
    /// @param waits true if they wait
    /// @param total seconds
    event WaitSampled(bool waits, uint256 total);
    /// @notice ERC-4626: `assets` went to `receiver` for `shares` of `owner`, burnt by `sender`.
    /// @param sender who calls or pays
    /// @param receiver who gets it
    /// @param owner whose it is
    /// @param assets vault shares, base units
    /// @param shares base units of shares
    event Withdraw(address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares);
    /// @notice `controller` left with its part of the collateral in no lot, of the tokens whose bits are set in
    /// `tokens` (in the order of the vault's `collaterals`), for `shares`; `Withdraw` says what it got besides.
    /// @param controller whose request it is
    /// @param receiver who gets it
    /// @param tokens a bit for each token, the lowest for the first of the vault's `collaterals`
    /// @param shares fund shares
    event WithdrawnInKind(address indexed controller, address indexed receiver, uint256 tokens, uint256 shares);

    /// @notice By anybody: have the fund take at most `maxLot` of auction `id`, while its price is at or under the
    /// adapter's low price less the vault's backstop discount. It pays with vault shares, with at most half of them at
    /// once.
    /// @param id number of the auction
    /// @param maxLot most of the lot to take, base units of its token
    /// @return lotTaken base units of the collateral
    /// @return paid base units of the loan asset
    function absorb(uint256 id, uint256 maxLot) external returns (uint256 lotTaken, uint256 paid);
    /// @notice Vault shares spent on lots that the fund still has.
    /// @return shares base units of shares
    function absorbedShares() external view returns (uint256 shares);
    /// @notice ERC-20: what `spender` may move of the shares of `owner`.
    /// @param owner whose it is
    /// @param spender who may move it
    /// @return what the spender may still move, base units
    function allowance(address owner, address spender) external view returns (uint256);
    /// @notice ERC-20: allow `spender` to move shares of the caller.
    /// @param spender who may move it
    /// @param value base units
    /// @return true
    function approve(address spender, uint256 value) external returns (bool);
    /// @notice ERC-4626: the asset.
    /// @return address of the asset's token
    function asset() external view returns (address);
    /// @notice ERC-20: shares of `owner`.
    /// @param owner whose it is
    /// @return base units of shares
    function balanceOf(address owner) external view returns (uint256);
    /// @notice Take the request of `controller` back, all of it: the shares come back to it.
    /// @param controller whose request it is
    /// @return shares base units of shares
    function cancelRedeem(address controller) external returns (uint256 shares);
    /// @notice ERC-7540: requested, and past its cool-down.
    /// @param requestId 0: requests of a controller are one
    /// @param controller whose request it is
    /// @return claimableShares fund shares, base units
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 claimableShares);
    /// @notice ERC-4626: assets for these shares, without regard to limits.
    /// @param shares base units of shares
    /// @return base units of the asset, rounded down
    function convertToAssets(uint256 shares) external view returns (uint256);
    /// @notice ERC-4626: shares for these assets, without regard to limits.
    /// @param assets vault shares, base units
    /// @return base units of shares, rounded down
    function convertToShares(uint256 assets) external view returns (uint256);
    /// @notice How long a request waits until it can be claimed.
    /// @return seconds
    function cooldown() external view returns (uint256);
    /// @notice Value of the fund in loan asset: what it can bear now.
    /// @return assets base units of the loan asset
    function cover() external view returns (uint256 assets);
    /// @notice ERC-20: decimals of the shares.
    /// @return number of decimals
    function decimals() external view returns (uint8);
    /// @notice ERC-4626: pay `assets` in for shares of `receiver`.
    /// @param assets vault shares, base units
    /// @param receiver who gets it
    /// @return shares minted, base units
    function deposit(uint256 assets, address receiver) external returns (uint256);
    /// @notice Whether `operator` may act for the owner or controller.
    /// @param controller whose request it is
    /// @param operator who may act
    /// @return true if the operator may act
    function isOperator(address controller, address operator) external view returns (bool);
    /// @notice Longest time from a request to the moment at which it can be claimed, whatever prices do, seconds:
    /// cool-down and three days.
    /// @return seconds
    function longestWait() external view returns (uint256);
    /// @notice ERC-4626: the most that `deposit` takes now.
    /// @param receiver who gets it
    /// @return base units of the asset
    function maxDeposit(address receiver) external view returns (uint256);
    /// @notice ERC-4626: the most that `mint` gives now.
    /// @param receiver who gets it
    /// @return base units of shares
    function maxMint(address receiver) external view returns (uint256);
    /// @notice ERC-4626: the most that `redeem` takes now.
    /// @param controller whose request it is
    /// @return base units of shares
    function maxRedeem(address controller) external view returns (uint256);
    /// @notice ERC-4626: the most that `withdraw` gives now.
    /// @param controller whose request it is
    /// @return base units of the asset
    function maxWithdraw(address controller) external view returns (uint256);
    /// @notice ERC-4626: pay what `shares` cost, for `receiver`.
    /// @param shares base units of shares
    /// @param receiver who gets it
    /// @return assets taken, base units
    function mint(uint256 shares, address receiver) external returns (uint256);
    /// @notice ERC-20: name of the shares.
    /// @return name of the share token
    function name() external view returns (string memory);
    /// @notice ERC-7540: requested, still in its cool-down.
    /// @param requestId 0: requests of a controller are one
    /// @param controller whose request it is
    /// @return pendingShares fund shares, base units
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 pendingShares);
    /// @notice ERC-4626: what `deposit` would mint.
    /// @param assets vault shares, base units
    /// @return shares, base units, rounded down
    function previewDeposit(uint256 assets) external view returns (uint256);
    /// @notice ERC-4626: what `mint` would cost.
    /// @param shares base units of shares
    /// @return assets, base units, rounded up
    function previewMint(uint256 shares) external view returns (uint256);
    /// @notice ERC-7540: always `PreviewNotSupported`.
    /// @param shares base units of shares
    /// @return assets, base units, rounded down
    function previewRedeem(uint256 shares) external view returns (uint256);
    /// @notice ERC-7540: always `PreviewNotSupported`.
    /// @param assets vault shares, base units
    /// @return shares, base units, rounded up
    function previewWithdraw(uint256 assets) external view returns (uint256);
    /// @notice ERC-7540: take what was requested and has passed its cool-down, in shares.
    /// @param shares base units of shares
    /// @param receiver who gets it
    /// @param controller whose request it is
    /// @return assets paid out, base units
    function redeem(uint256 shares, address receiver, address controller) external returns (uint256);
    /// @notice Leave in kind: `shares` claimable fund shares of `controller` for their part of the vault shares
    /// (collateral in lots counts at its low value) and of the collateral in no lot, of the tokens whose bits are set
    /// in `tokens` (in the order of the vault's `collaterals`; 2^256-1: all); what is left out is given up. Not while
    /// there are arrears. Returns the vault shares.
    /// @param shares fund shares
    /// @param receiver who gets it
    /// @param controller whose request it is
    /// @param tokens a bit for each token, the lowest for the first of the vault's `collaterals`
    /// @return assets vault shares
    function redeemInKind(uint256 shares, address receiver, address controller, uint256 tokens) external returns (uint256 assets);
    /// @notice The running request of `controller`, claimable from `from` to `until` (later by what was waited); zeros
    /// without one.
    /// @param controller whose request it is
    /// @return shares base units of shares
    /// @return from seconds since 1970
    /// @return until seconds since 1970
    function redeemRequestOf(address controller) external view returns (uint256 shares, uint256 from, uint256 until);
    /// @notice Put shares of `owner` into escrow for `controller`, claimable after the cool-down for as long as the
    /// window is open. Deviation from ERC-7540, which knows no expiry: what is not claimed then has to be requested
    /// anew, or cancelled.
    /// @param shares base units of shares
    /// @param controller whose request it is
    /// @param owner whose it is
    /// @return requestId 0: requests of a controller are one
    function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 requestId);
    /// @notice Look whether prices make those wait who may leave, by anybody: windows last longer by what was waited.
    /// @return waits true if they wait
    function sampleWait() external returns (bool waits);
    /// @notice By anybody: put at most `maxLot` of the fund's collateral up for sale, for vault shares, by the patient
    /// curve of `token`.
    /// @param token address of the token
    /// @param maxLot most of the lot to take, base units of its token
    /// @return id number of the auction
    function sellInventory(address token, uint256 maxLot) external returns (uint256 id);
    /// @notice Let `operator` act for the caller, or no longer.
    /// @param operator who may act
    /// @param approved true to allow, false to forbid
    /// @return true
    function setOperator(address operator, bool approved) external returns (bool);
    /// @notice ERC-7575: the token of the shares.
    /// @return address of the share token: the fund's own
    function share() external view returns (address);
    /// @notice ERC-165: whether an interface is supported.
    /// @param interfaceId identifier of ERC-165
    /// @return true if it is one of those supported
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
    /// @notice ERC-20: symbol of the shares.
    /// @return symbol of the share token
    function symbol() external view returns (string memory);
    /// @notice What the fund is worth to those who leave: `low` of `worth`.
    /// @return base units of the asset
    function totalAssets() external view returns (uint256);
    /// @notice ERC-20: all shares.
    /// @return base units of shares
    function totalSupply() external view returns (uint256);
    /// @notice ERC-20: move shares of the caller.
    /// @param to who gets it
    /// @param value base units
    /// @return true
    function transfer(address to, uint256 value) external returns (bool);
    /// @notice ERC-20: move shares that the caller was allowed to move.
    /// @param from who gave it
    /// @param to who gets it
    /// @param value base units
    /// @return true
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    /// @notice For how long a request can be claimed after its cool-down, in seconds.
    /// @return seconds
    function window() external view returns (uint256);
    /// @notice Only what has been requested and has passed its cool-down.
    /// @param assets vault shares, base units
    /// @param receiver who gets it
    /// @param controller whose request it is
    /// @return shares burnt, base units
    function withdraw(uint256 assets, address receiver, address controller) external returns (uint256);
    /// @notice What the fund is worth in vault shares: to those who come (inventory at mid, what is pending at face)
    /// and to those who leave (inventory at low less the backstop discount, nothing pending). Both less arrears. What
    /// they are made of: `waterfall` of the vault.
    /// @return high vault shares
    /// @return low vault shares
    function worth() external view returns (uint256 high, uint256 low);
}
