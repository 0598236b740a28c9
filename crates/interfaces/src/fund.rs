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

        /// The fund took `lotTaken` of auction `id`, `paid` on its claim, for `shares` of its vault shares.
        event Absorbed(uint256 indexed id, address indexed caller, uint256 lotTaken, uint256 paid, uint256 shares);

        /// More than half of the fund's vault shares would be in lots: `spent` in all, `left` above the minimum.
        error HalfExceeded(uint256 spent, uint256 left);
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
        // ERC-4626 over vault shares
        function asset() external view returns (address);
        function totalAssets() external view returns (uint256);
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
        function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 requestId);
        function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 pendingShares);
        function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 claimableShares);
        /// Take the request of `controller` back, all of it: the shares come back to it.
        function cancelRedeem(address controller) external returns (uint256 shares);
        /// The running request of `controller`, claimable from `from` to `until`; zeros without one.
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
        /// Vault shares spent on lots that the fund still has.
        function absorbedShares() external view returns (uint256 shares);
        function cooldown() external view returns (uint256);
        /// For how long a request can be claimed after its cool-down, in seconds.
        function window() external view returns (uint256);
    }
}
