//! The insurance fund: staked vault shares that bear losses first.

interface! {
    #[derive(Debug, PartialEq, Eq)]
    interface IInsuranceFund {
        event Transfer(address indexed from, address indexed to, uint256 value);
        event Approval(address indexed owner, address indexed spender, uint256 value);
        event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
        event Withdraw(address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares);
        /// ERC-7540.
        event RedeemRequest(address indexed controller, address indexed owner, uint256 indexed requestId, address sender, uint256 shares);
        /// ERC-7540.
        event OperatorSet(address indexed controller, address indexed operator, bool approved);
        /// `shares` of `controller` came back out of escrow.
        event RedeemCancelled(address indexed controller, address indexed sender, uint256 shares);

        /// `controller` left with its part of the collateral in no lot, of the tokens whose bits are set in `tokens` (in the order of the vault's
        /// `collaterals`), for `shares`; `Withdraw` says what it got besides.
        event WithdrawnInKind(address indexed controller, address indexed receiver, uint256 tokens, uint256 shares);
        /// Prices that are not good began to make those wait who may leave, or no longer; `total` seconds of waits are over.
        event WaitSampled(bool waits, uint256 total);
        /// The fund took `lotTaken` of auction `id`, `paid` on its claim, for `shares` of its vault shares.
        event Absorbed(uint256 indexed id, address indexed caller, uint256 lotTaken, uint256 paid, uint256 shares);

        /// A collateral in use has no good price: the request can be claimed once it has one, and from `until` on in any case.
        error RedemptionsWait(uint256 until);
        /// Collateral of the fund has no good price, so there is no value to issue shares at.
        error DepositsWait();
        error NotAuthorized(address caller);
        error Locked();
        error ZeroAmount();
        error ZeroAddress();
        error MathOverflow();
        error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
        error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
        error ERC20InvalidReceiver(address receiver);
        error ERC4626ExceededMaxRedeem(address owner, uint256 shares, uint256 max);
        error TokenCallFailed(address token);
        /// ERC-7540: an asynchronous vault has no preview of its exits.
        error PreviewNotSupported();
        error ParameterOutOfBounds(bytes32 parameter, uint256 value);

        // ERC-20 of fund shares
        function name() external view returns (string memory);
        function symbol() external view returns (string memory);
        function decimals() external view returns (uint8);
        function totalSupply() external view returns (uint256);
        function balanceOf(address owner) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function transfer(address to, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
        function approve(address spender, uint256 value) external returns (bool);
        // ERC-4626 over vault shares, with two values: shares are issued at the high one and redeemed at the low one.
        function asset() external view returns (address);
        /// What the fund is worth to those who leave: `low` of `worth`.
        function totalAssets() external view returns (uint256);
        /// What the fund is worth in vault shares: to those who come (inventory at mid, what is pending at face) and to those who leave
        /// (inventory at low less the backstop discount, nothing pending). Both less arrears. What they are made of: `waterfall` of the vault.
        function worth() external view returns (uint256 high, uint256 low);
        function convertToShares(uint256 assets) external view returns (uint256);
        function convertToAssets(uint256 shares) external view returns (uint256);
        function maxDeposit(address receiver) external view returns (uint256);
        function maxMint(address receiver) external view returns (uint256);
        function maxWithdraw(address controller) external view returns (uint256);
        function maxRedeem(address controller) external view returns (uint256);
        function previewDeposit(uint256 assets) external view returns (uint256);
        function previewMint(uint256 shares) external view returns (uint256);
        function previewWithdraw(uint256 assets) external view returns (uint256);
        function previewRedeem(uint256 shares) external view returns (uint256);
        function deposit(uint256 assets, address receiver) external returns (uint256);
        function mint(uint256 shares, address receiver) external returns (uint256);
        /// Only what has been requested and has passed its cool-down.
        function withdraw(uint256 assets, address receiver, address controller) external returns (uint256);
        function redeem(uint256 shares, address receiver, address controller) external returns (uint256);
        // ERC-7540, redemption side
        /// Put shares of `owner` into escrow for `controller`, claimable after the cool-down for as long as the window is open. Deviation from
        /// ERC-7540, which knows no expiry: what is not claimed then has to be requested anew, or cancelled.
        function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 requestId);
        function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 pendingShares);
        function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 claimableShares);
        /// Take the request of `controller` back, all of it: the shares come back to it.
        function cancelRedeem(address controller) external returns (uint256 shares);
        /// The running request of `controller`, claimable from `from` to `until` (later by what was waited); zeros without one.
        function redeemRequestOf(address controller) external view returns (uint256 shares, uint256 from, uint256 until);
        function setOperator(address operator, bool approved) external returns (bool);
        function isOperator(address controller, address operator) external view returns (bool);
        function share() external view returns (address);
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
        /// Value of the fund in loan asset: what it can bear now.
        function cover() external view returns (uint256 assets);
        /// By anybody: have the fund take at most `maxLot` of auction `id`, while its price is at or under the adapter's low price less the
        /// vault's backstop discount. It pays with vault shares, with at most half of them at once.
        function absorb(uint256 id, uint256 maxLot) external returns (uint256 lotTaken, uint256 paid);
        /// By anybody: put at most `maxLot` of the fund's collateral up for sale, for vault shares, by the patient curve of `token`.
        function sellInventory(address token, uint256 maxLot) external returns (uint256 id);
        /// Leave in kind: `shares` claimable fund shares of `controller` for their part of the vault shares (collateral in lots counts at its low
        /// value) and of the collateral in no lot, of the tokens whose bits are set in `tokens` (in the order of the vault's `collaterals`;
        /// 2^256-1: all); what is left out is given up. Not while there are arrears. Returns the vault shares.
        function redeemInKind(uint256 shares, address receiver, address controller, uint256 tokens) external returns (uint256 assets);
        /// Look whether prices make those wait who may leave, by anybody: windows last longer by what was waited.
        function sampleWait() external returns (bool waits);
        /// Longest time from a request to the moment at which it can be claimed, whatever prices do, seconds: cool-down and three days.
        function longestWait() external view returns (uint256);
        /// Vault shares spent on lots that the fund still has.
        function absorbedShares() external view returns (uint256 shares);
        function cooldown() external view returns (uint256);
        /// For how long a request can be claimed after its cool-down, in seconds.
        function window() external view returns (uint256);
    }
}
