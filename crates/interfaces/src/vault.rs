//! The vault: ERC-4626 lending pool and cross-margin accounts.

interface! {
    /// One collateral of an account.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct HoldingView {
        address token;
        uint256 free;
        uint256 inLots;
        /// At mid; prices, volatility, status and value are 0 if all of it is in lots.
        uint256 price;
        uint256 low;
        uint256 volatility;
        /// As the adapter has it.
        uint256 status;
        uint256 value;
        uint256 liquidationThreshold;
    }

    /// Everything about an account.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct AccountView {
        uint256 debt;
        uint256 capacity;
        uint256 healthFactor;
        uint256 borrowLimit;
        /// Of the capacity.
        uint256 volatility;
        /// Capacity lost in a fall of the opening margin's deviations over its horizon.
        uint256 valueAtRisk;
        /// Over the opening horizon.
        int256 distance;
        /// As `predictiveOf` has them.
        uint256 predictiveLimit;
        uint256 predictiveTarget;
        uint256 carrying;
        uint256 writtenOff;
        uint256 penalty;
        uint256 assigned;
        uint256 fundPaid;
        uint256 liveLots;
        /// Time of the last step that raised its risk.
        uint256 lastRisk;
        bool closing;
        bool predictive;
        HoldingView[] holdings;
    }

    /// One collateral of the market.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct CollateralView {
        address token;
        uint256 borrowLtv;
        uint256 liquidationThreshold;
        uint256 thresholdMin;
        uint256 thresholdMax;
        /// Where volatility wants the threshold.
        uint256 thresholdTarget;
        uint256 penaltyMin;
        uint256 penaltyMax;
        uint256 lotBuffer;
        uint256 beta;
        uint256 supplyCap;
        uint256 total;
        uint256 roomCap;
        uint256 roomUsed;
        uint256 price;
        uint256 low;
        uint256 volatility;
        uint256 status;
    }

    /// The pool's books.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct PoolView {
        uint256 totalAssets;
        uint256 totalSupply;
        uint256 cash;
        uint256 borrowAssets;
        uint256 borrowShares;
        uint256 carrying;
        uint256 unvested;
        /// Interest that is the fund's and not minted to it yet; a part of `cash`, `borrowAssets` and `carrying`.
        uint256 reserve;
        /// What payments on claims brought the fund and is not minted to it yet: in the vault's balance beside `cash`.
        uint256 fundCash;
        uint256 borrowRate;
        uint256 utilisation;
    }

    /// Everything about the market.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct MarketView {
        PoolView pool;
        uint256 supplyCap;
        uint256 roomUsed;
        uint256 roomCap;
        uint256 predictiveUsed;
        uint256 predictiveCap;
        uint256 fundShares;
        uint256 fundMinimum;
        /// What the fund can bear now.
        uint256 fundCover;
        /// What it should be able to bear.
        uint256 fundTarget;
        /// From when on auto-deleveraging is in force.
        uint256 deleveragingFrom;
        uint256 targetHealth;
        uint256 minDebt;
        uint256 minLot;
        uint256 backstopDiscount;
        uint256 reserveFactor;
        uint256 capPeriod;
        uint256 coolOff;
        uint256 tip;
        uint256 chip;
        /// Ends of the pauses, in the order of the verbs, see `PauseSet`.
        uint256[5] pausedUntil;
        CollateralView[] collaterals;
    }

    /// Every layer of the waterfall, and what the insurance fund is made of.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct WaterfallView {
        /// What the fund holds.
        uint256 fundShares;
        /// What of them always stays.
        uint256 fundMinimum;
        /// What the fund is worth to those who come and to those who leave: `fundShares`, and beside them `inventoryMid` less
        /// `arrears` and `pending`, or `inventoryLow` less `arrears`.
        uint256 high;
        uint256 low;
        /// The part of `low` that is inventory in lots.
        uint256 lowInLots;
        /// 1: a collateral in the books has no good price and is not dead, so whoever may leave the fund has to wait; 2: the fund has some of
        /// it, so nobody can come either; else 0.
        uint256 waits;
        /// Collateral of the fund, in lots or not, at mid prices, and at low ones less the backstop discount.
        uint256 inventoryMid;
        uint256 inventoryLow;
        /// What claims and interest may still bring the fund, and what they have brought and is not minted to it: recoveries, penalties, reserve.
        uint256 pending;
        /// Losses that the fund's shares did not cover, to be paid by sales of inventory; and by recoveries only.
        uint256 arrears;
        uint256 arrearsBeyond;
        /// Spent on lots that the fund still has.
        uint256 absorbedShares;
        uint256 cover;
        uint256 target;
        /// `cover` over `target`; 2^256-1 without a target.
        uint256 coverage;
        /// From when on auto-deleveraging is in force.
        uint256 deleveragingFrom;
        /// How wide its zone is now.
        uint256 deleveragingWidth;
        uint256 predictiveUsed;
        uint256 predictiveCap;
        /// Debt in auctions.
        uint256 forSale;
        /// What counts against the cap: also what was settled and has not decayed yet.
        uint256 roomUsed;
        uint256 roomCap;
        uint256 carrying;
        uint256 unvested;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IVault {
        // ----- ERC-20 and ERC-4626 events, to the letter of the standards -----
        event Transfer(address indexed from, address indexed to, uint256 value);
        event Approval(address indexed owner, address indexed spender, uint256 value);
        event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
        event Withdraw(address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares);

        // ----- accounts -----
        /// `from` put `amount` of `token` into `account`.
        event CollateralDeposited(bytes32 indexed account, address indexed token, address indexed from, uint256 amount);
        /// `amount` of `token` left `account` for `receiver`.
        event CollateralWithdrawn(bytes32 indexed account, address indexed token, address indexed receiver, uint256 amount);
        /// `account` borrowed `assets`, sent to `receiver`.
        event Borrowed(bytes32 indexed account, address indexed receiver, uint256 assets, uint256 shares);
        /// `payer` repaid `assets` of the debt of `account`.
        event Repaid(bytes32 indexed account, address indexed payer, uint256 assets, uint256 shares);
        /// `operator` may or may no longer act for all accounts of `owner`.
        event OperatorSet(address indexed owner, address indexed operator, bool approved);
        /// Interest since the last accrual, and the part of it that belongs to the insurance fund.
        event Accrued(uint256 interest, uint256 reserve, uint256 borrowRate);

        // ----- liquidation -----
        /// `debt` of `account` became a claim, and `lot` of `token` was put up for sale to pay it and `penalty`.
        /// `debtBefore` and `capacityBefore` are D and B at the moment of the decision (health factor = B/D).
        event Liquidated(bytes32 indexed account, address indexed token, uint256 indexed auctionId, uint256 debt, uint256 lot, uint256 penalty, uint256 reward, address keeper, uint256 debtBefore, uint256 capacityBefore);
        /// `account` was insolvent: its whole `debt` became a claim, counted at `carrying`; the rest is a loss.
        event ClosingStarted(bytes32 indexed account, uint256 debt, uint256 carrying, uint256 penalty);
        /// A payment on the claim of `account`, in the order in which it is used: carrying, what had been written off
        /// (`recovered`, of which `recoveredToFund` repays the fund), penalty (to the fund).
        event ClaimPaid(bytes32 indexed account, address indexed payer, uint256 carrying, uint256 recovered, uint256 recoveredToFund, uint256 penalty);
        /// What a lot did not need came back to the account's collateral.
        event LotReturned(bytes32 indexed account, address indexed token, uint256 amount);
        /// The fund took `amount` of a lot for `payment` of the claim; what that brings to the fund was not paid, for the rest `sharesBurned`.
        event LotAbsorbed(bytes32 indexed account, address indexed token, uint256 amount, uint256 payment, uint256 sharesBurned);
        /// A lot too small to be auctioned went to the fund's account in the vault.
        event DustToFund(bytes32 indexed account, address indexed token, uint256 amount);
        /// The unpaid part of a claim became debt of the account again: its lots fell short, and it has other collateral.
        event ClaimReinstated(bytes32 indexed account, uint256 assets, uint256 shares);
        /// `loss` was recognised; `covered` of it was borne by burning `sharesBurned` of the fund's shares, `shared` by all lenders.
        event LossRecognised(bytes32 indexed account, uint256 loss, uint256 covered, uint256 shared, uint256 sharesBurned);
        /// Of a loss that all lenders share, the fund owes them `assets`, to be paid by sales of its inventory: `due` in all.
        event ArrearsAdded(bytes32 indexed account, uint256 assets, uint256 due);
        /// `assets` of what the fund owes the lenders were paid, by a sale or a recovery; `due` is left.
        event ArrearsPaid(uint256 assets, uint256 due);
        /// Inventory of the fund was sold for `shares` of `payer`, worth `payment`; the part that pays arrears was burnt.
        event InventorySold(address indexed token, address indexed payer, uint256 payment, uint256 shares);
        /// Cover that the fund should have; 0 turns auto-deleveraging off.
        event FundTargetSet(uint256 target);
        /// Auto-deleveraging was armed, and is in force from then on; or, with 0, the fund's `cover` met its `target`.
        event DeleveragingSet(uint256 from, uint256 cover, uint256 target);
        /// Interest reserve, and what payments on claims brought the fund, were minted to it as shares.
        event ReserveMinted(uint256 assets, uint256 shares);

        // ----- configuration -----
        event CollateralSet(address indexed token, uint256 borrowLtv, uint256 thresholdMin, uint256 thresholdMax, uint256 penaltyMin, uint256 penaltyMax, uint256 lotBuffer, uint256 beta, uint256 supplyCap, uint256 roomCap);
        event MarginSet(uint256 openingDeviations, uint256 openingHorizon, uint256 thresholdDeviations, uint256 thresholdHorizon, uint256 softDeviations, uint256 softPenalty, uint256 slew, uint256 volatilityMin, uint256 predictiveCap);
        /// The liquidation threshold of `token` moved toward its target.
        event ThresholdMoved(address indexed token, uint256 threshold, uint256 target, uint256 volatility);
        /// `account` may be liquidated before it is unhealthy, or no longer.
        event PredictiveSet(bytes32 indexed account, bool enabled);
        event RiskSet(uint256 targetHealth, uint256 minDebt, uint256 minLot, uint256 backstopDiscount, uint256 capPeriod, uint256 coolOff);
        event RewardSet(uint256 tip, uint256 chip);
        event SupplyCapSet(uint256 supplyCap);
        event FeesSet(uint256 reserveFactor, uint256 totalRoomCap, uint256 fundMinimum);
        /// `verb` is paused until then, or, if that is in the past, no longer; `by` whom. 0 deposit and mint, 1 withdraw and redeem,
        /// 2 withdrawCollateral, 3 borrow, 4 liquidate.
        event PauseSet(uint256 indexed verb, uint256 until, address by);
        event GuardianSet(address indexed guardian, uint256 grace, uint256 graceFloor);
        event StewardSet(address indexed steward);
        /// Until then `percent` parts in a hundred of the `borrowLtv` of `token` are in force; of the supply cap for the zero address. The
        /// next `CollateralSet` of the token, or `SupplyCapSet`, ends it.
        event Tightened(address indexed token, uint256 percent, uint256 until);
        /// The vault was made, with these modules and programs for ever; `RiskSet` and `MarginSet` of the same transaction say how it starts.
        event Created(address indexed asset, address oracle, address auction, address fund, address liquidation, address settlement, address administration, address views, address inventory);
        event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
        event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

        // ----- errors: who and what -----
        /// The caller has no right to this call.
        error NotAuthorized(address caller);
        /// The vault is in the middle of another call.
        error Locked();
        /// An argument that must not be zero is zero.
        error ZeroAmount();
        error ZeroAddress();
        /// A figure does not fit the vault's books (128 bits).
        error AmountTooLarge(uint256 amount);
        /// A result left the range of 256 bits.
        error MathOverflow();
        error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
        error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
        error ERC20InvalidReceiver(address receiver);
        error ERC4626ExceededMaxDeposit(address receiver, uint256 assets, uint256 max);
        error ERC4626ExceededMaxMint(address receiver, uint256 shares, uint256 max);
        error ERC4626ExceededMaxWithdraw(address owner, uint256 assets, uint256 max);
        error ERC4626ExceededMaxRedeem(address owner, uint256 shares, uint256 max);
        /// A token call failed, or returned something other than nothing or true.
        error TokenCallFailed(address token);
        /// A token moved another amount than asked (a fee on transfer, say).
        error TokenAmountMismatch(address token, uint256 expected, uint256 received);

        error ERC2612ExpiredSignature(uint256 deadline);
        /// `signer` made the signature (zero if it is none), not `owner`.
        error ERC2612InvalidSigner(address signer, address owner);
        error Paused(uint256 verb, uint256 until);
        /// The last pause of this verb is not long enough over: the next may begin at `from`.
        error PauseTooSoon(uint256 verb, uint256 from);
        /// The last tightening of this limit is not long enough over: the next may begin at `from`.
        error TighteningTooSoon(address token, uint256 from);

        /// While the fund owes lenders `due`, it takes no lots, and nobody leaves it in kind.
        error ArrearsOpen(uint256 due);
        /// The fund's collateral is not sold for `payment`, under its low value: `least`.
        error PaymentBelowLowValue(uint256 payment, uint256 least);
        /// More than half of the fund's shares would be in lots: `spent` on those it still has, `left` above the minimum.
        error HalfExceeded(uint256 spent, uint256 left);

        // ----- errors: accounts -----
        error UnknownCollateral(address token);
        error TooManyCollaterals(uint256 max);
        error InsufficientCollateral(bytes32 account, address token, uint256 available, uint256 needed);
        error InsufficientCash(uint256 available, uint256 needed);
        error CollateralCapExceeded(address token, uint256 total, uint256 cap);
        /// After the call the account would be outside its opening margin: debt over what its collateral allows.
        error OpeningMarginExceeded(bytes32 account, uint256 debt, uint256 allowed);
        /// The account's debt would be neither zero nor at least the minimum.
        error DebtBelowMinimum(bytes32 account, uint256 debt, uint256 minimum);
        /// The account has a claim that lots are being sold for.
        error ClaimOpen(bytes32 account);
        /// The bytes given to `execute` are no whole number of actions of 128 bytes.
        error InvalidActions(uint256 length);
        /// `execute` has no action of this number.
        error UnknownAction(uint256 kind);

        // ----- errors: liquidation -----
        error AccountHealthy(bytes32 account, uint256 debt, uint256 capacity);
        /// Liquidation was paused, or the sequencer was down: until then accounts above the floor of health have time. 2^64-1 while it is
        /// down.
        error GracePeriod(bytes32 account, uint256 until);
        /// Within the cool-off after the account's last step that raised its risk.
        error CoolOff(bytes32 account, uint256 until);
        /// No good price of the token to be sold.
        error PriceNotOk(address token, uint8 status);
        /// Selling this token would not improve the account's health.
        error HealthWouldNotImprove(bytes32 account, address token);
        /// The lot would be smaller than the smallest that is worth an auction.
        error BelowMinLot(uint256 debt, uint256 minLot);
        /// No room left under the cap of debt for sale, of this token or in total.
        error NoRoom(address token, uint256 room);
        /// Nothing left to sell.
        error NothingToSell(bytes32 account, address token);
        /// The fund takes a lot only at or under `limit`.
        error PriceAboveBackstop(uint256 price, uint256 limit);
        /// The fund would have to burn shares of its minimum.
        error FundTooSmall(uint256 available, uint256 needed);

        // ----- errors: configuration -----
        error ParameterOutOfBounds(bytes32 parameter, uint256 value);
        error TooManyTokens(uint256 max);

        // ----- ERC-20 and ERC-4626 -----
        function name() external view returns (string memory);
        function symbol() external view returns (string memory);
        function decimals() external view returns (uint8);
        function totalSupply() external view returns (uint256);
        function balanceOf(address owner) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function transfer(address to, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
        function approve(address spender, uint256 value) external returns (bool);
        function asset() external view returns (address);
        function totalAssets() external view returns (uint256);
        function convertToShares(uint256 assets) external view returns (uint256);
        function convertToAssets(uint256 shares) external view returns (uint256);
        function maxDeposit(address receiver) external view returns (uint256);
        function maxMint(address receiver) external view returns (uint256);
        function maxWithdraw(address owner) external view returns (uint256);
        function maxRedeem(address owner) external view returns (uint256);
        function previewDeposit(uint256 assets) external view returns (uint256);
        function previewMint(uint256 shares) external view returns (uint256);
        function previewWithdraw(uint256 assets) external view returns (uint256);
        function previewRedeem(uint256 shares) external view returns (uint256);
        function deposit(uint256 assets, address receiver) external returns (uint256);
        function mint(uint256 shares, address receiver) external returns (uint256);
        function withdraw(uint256 assets, address receiver, address owner) external returns (uint256);
        function redeem(uint256 shares, address receiver, address owner) external returns (uint256);

        // ----- EIP-2612 -----
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
        /// The same with a signature of any form, for owners with code (ERC-1271); of a key it is `r`, `s` and `v`, 65 bytes.
        function permit(address owner, address spender, uint256 value, uint256 deadline, bytes calldata signature) external;
        function nonces(address owner) external view returns (uint256);
        function DOMAIN_SEPARATOR() external view returns (bytes32);

        // ----- accounts -----
        /// Put `amount` of `token` into `account`, by anybody.
        function depositCollateral(bytes32 account, address token, uint256 amount) external;
        /// Take `amount` of `token` out of `account`, by its owner or an operator.
        function withdrawCollateral(bytes32 account, address token, uint256 amount, address receiver) external;
        /// Borrow `assets` against the collateral of `account`, by its owner or an operator. Returns the borrow shares.
        function borrow(bytes32 account, uint256 assets, address receiver) external returns (uint256);
        /// Repay at most `assets` of the debt of `account`, by anybody. Returns what was paid: nothing if nothing was owed.
        function repay(bytes32 account, uint256 assets) external returns (uint256);
        /// Several steps on `account`, judged once, after the last: a position is opened, or moved, in one transaction. `actions` are
        /// encoded one behind the other, each as `abi.encode(uint8 kind, address token, uint256 amount, address receiver)`; kind 0
        /// is `depositCollateral`, 1 `withdrawCollateral`, 2 `borrow`, 3 `repay`; what a kind does not need is ignored.
        function execute(bytes32 account, bytes calldata actions) external;
        /// Pay at most `assets` of the claim on `account`, by anybody. Returns what was paid.
        function repayClaim(bytes32 account, uint256 assets) external returns (uint256);
        function setOperator(address operator, bool approved) external;
        /// The same by signature of `owner` over `SetOperator(address owner,address operator,bool approved,uint256 nonce,uint256 deadline)`;
        /// nonces are those of permits.
        function setOperatorBySignature(address owner, address operator, bool approved, uint256 deadline, bytes calldata signature) external;
        function isOperator(address owner, address operator) external view returns (bool);

        /// Let `account` be liquidated before it is unhealthy, at a lower penalty, or no longer; by its owner or an operator.
        function setPredictive(bytes32 account, bool enabled) external;
        /// Move the liquidation threshold of `token` toward where its volatility wants it, by anybody. Returns the threshold.
        function updateMargin(address token) external returns (uint256);

        /// Arm auto-deleveraging if the fund's cover is under its target, or end it if it is not; by anybody. It is in force 12 hours after it
        /// was armed, and is never armed before the cover first met a target. Returns from when on it is in force, 0 if it is not armed.
        function updateDeleveraging() external returns (uint256 from);

        // ----- liquidation -----
        /// Put part of an unhealthy account's debt up for sale, with collateral `token`. `maxRepay` limits the debt.
        /// Returns the auction's id, 0 if none was started (an account put in closing with no room, or only dust).
        function liquidate(bytes32 account, address token, uint256 maxRepay, address keeper) external returns (uint256);
        /// Only by the auction: send `amount` of a lot of `account` to `receiver`.
        function release(bytes32 account, address token, uint256 amount, address receiver) external;
        /// Only by the auction: take `payment` from `payer` for the claim of `account`; `tabSettled` and `debtSettled` of the
        /// auction are done with; `lotReturned` goes back to the account; `ended` if this lot is over.
        function settle(bytes32 account, address token, address payer, uint256 payment, uint256 tabSettled, uint256 debtSettled, uint256 lotReturned, bool ended) external;
        /// Only by the auction: `release` of `amount` to `receiver` and `settle`, in one call; the collateral is sent before the payment is taken.
        function deliver(bytes32 account, address token, address payer, uint256 payment, uint256 tabSettled, uint256 debtSettled, uint256 lotReturned, bool ended, uint256 amount, address receiver) external;
        /// Only by the auction: `amount` of a lot of `account` becomes collateral of the fund, which pays `payment` with its vault shares, at
        /// their value; the rest as in `settle`. Refused unless `price`, the auction's, is at or under `low`, the oracle's, less the backstop
        /// discount. Returns the shares burnt, and what the fund has left above its minimum. Calls nobody.
        function absorb(bytes32 account, address token, uint256 amount, uint256 payment, uint256 tabSettled, uint256 debtSettled, uint256 lotReturned, bool ended, uint256 price, uint256 low) external returns (uint256 sharesBurned, uint256 sharesLeft);
        /// Only by the fund: put at most `maxLot` of its collateral up for sale. The lot has no tab and its account is the fund's; takers pay with
        /// vault shares, on an allowance to the auction. Returns the auction's id.
        function sellInventory(address token, uint256 maxLot) external returns (uint256 id);
        /// Only by the auction: `amount` of such a lot was sold to `payer` for vault shares worth `payment`; `lotReturned` goes back to the fund.
        /// Refused under what the fund's low value counts it at: the oracle's low price less the backstop discount.
        function settleInventory(address token, address payer, uint256 amount, uint256 payment, uint256 lotReturned) external;
        /// Only by the fund: send `part` of `whole` of its collateral that is in no lot to `receiver`, of the tokens whose bits are set in
        /// `tokens` (in the order of `collaterals`).
        function withdrawInventory(uint256 part, uint256 whole, uint256 tokens, address receiver) external;
        /// What may still be paid on the claim of `account`, and how much of that no live auction is asking for.
        function claimLimit(bytes32 account) external view returns (uint256 outstanding, uint256 unassigned);
        /// Mint to the fund what is its own in the pool, by anybody: the interest reserve, and what payments on claims brought it. Returns the shares.
        function mintReserve() external returns (uint256);
        /// Bring interest up to date, by anybody.
        function accrue() external;

        // ----- views -----
        function debtOf(bytes32 account) external view returns (uint256);
        /// Free collateral, and what lots hold of it.
        function collateralOf(bytes32 account, address token) external view returns (uint256 free, uint256 inLots);
        /// Tokens of `account`.
        function collateralsOf(bytes32 account) external view returns (address[] memory);
        function claimOf(bytes32 account) external view returns (uint256 carrying, uint256 writtenOff, uint256 penalty, uint256 assigned, uint256 fundPaid, bool closing);
        /// Debt D, capacity B (sum of value times liquidation threshold), their ratio in WAD (max if there is no debt), and
        /// what the account may owe after a borrow.
        function healthOf(bytes32 account) external view returns (uint256 debt, uint256 capacity, uint256 healthFactor, uint256 borrowLimit);
        /// What `liquidate(account, token, 2^256-1, keeper)` would do now: whether it succeeds, the selector of the error if not, and the amounts.
        /// Exact to the unit for prices as sampled. `liquidate` takes a sample first, which may begin a halt, or move the volatility and with it a
        /// predictive zone: call after the adapter's `poke`, or ask by `eth_call` of `liquidate` itself.
        function checkLiquidation(bytes32 account, address token) external view returns (bool succeeds, bytes4 reason, uint256 debt, uint256 lot, uint256 penalty, uint256 reward, bool closing);
        function accountView(bytes32 account) external view returns (AccountView memory);
        function marketView() external view returns (MarketView memory);
        /// What each layer that stands before the lenders has and has to bear, and what the insurance fund is made of.
        function waterfall() external view returns (WaterfallView memory);
        /// Volatility of `account` (WAD a year), what of its capacity is at risk in a fall of the opening margin's deviations over its
        /// horizon, and how many deviations (WAD) its health is from 1.
        function marginOf(bytes32 account) external view returns (uint256 volatility, uint256 valueAtRisk, int256 distance);
        /// The account may be liquidated although it is healthy if its debt is above `limit`, down to the health `targetHealth`: in its predictive
        /// zone, if it opted in, or in that of auto-deleveraging, whichever is wider. Without a zone `limit` is its capacity.
        function predictiveOf(bytes32 account) external view returns (uint256 limit, uint256 targetHealth);
        /// The fund's cover and its target, whether the target was ever met, and from when on auto-deleveraging is in force (0: not armed).
        function deleveraging() external view returns (uint256 target, uint256 cover, bool wasMet, uint256 from);
        function marginConfig() external view returns (uint256 openingDeviations, uint256 openingHorizon, uint256 thresholdDeviations, uint256 thresholdHorizon, uint256 softDeviations, uint256 softPenalty, uint256 slew, uint256 volatilityMin, uint256 predictiveCap);
        function marketState() external view returns (uint256 cash, uint256 totalBorrowAssets, uint256 totalBorrowShares, uint256 totalCarrying, uint256 unvested, uint256 reserve, uint256 borrowRate, uint256 utilisation, uint256 fundCash);
        /// Debt for sale: not settled, and settled but not yet decayed; for one token, and in total (token zero).
        function roomOf(address token) external view returns (uint256 live, uint256 decaying, uint256 cap);
        function collaterals() external view returns (address[] memory);
        function collateralConfig(address token) external view returns (uint256 borrowLtv, uint256 liquidationThreshold, uint256 thresholdMin, uint256 thresholdMax, uint256 penaltyMin, uint256 penaltyMax, uint256 lotBuffer, uint256 beta, uint256 supplyCap, uint256 roomCap, uint256 total);
        function riskConfig() external view returns (uint256 targetHealth, uint256 minDebt, uint256 minLot, uint256 backstopDiscount, uint256 capPeriod, uint256 coolOff, uint256 tip, uint256 chip);
        /// Until when a verb is paused (numbers as in `PauseSet`); in the past if it is not.
        function pausedUntil(uint256 verb) external view returns (uint256);
        function guardianConfig() external view returns (address guardian, uint256 grace, uint256 graceFloor);
        function modules() external view returns (address oracle, address auction, address fund, address liquidation, address settlement, address administration, address views, address inventory);

        // ----- administration -----
        /// The liquidation threshold of a new token is `thresholdMax`; that of a known one stays, and moves into its range by `updateMargin`.
        /// Ratios are whole billionths. `beta` is the correlation with the market.
        function setCollateral(address token, uint256 borrowLtv, uint256 thresholdMin, uint256 thresholdMax, uint256 penaltyMin, uint256 penaltyMax, uint256 lotBuffer, uint256 beta, uint256 supplyCap, uint256 roomCap) external;
        /// How volatility bears on margins. Deviations, penalty, slew (an hour) and volatility in WAD, whole billionths; horizons in seconds.
        function setMargin(uint256 openingDeviations, uint256 openingHorizon, uint256 thresholdDeviations, uint256 thresholdHorizon, uint256 softDeviations, uint256 softPenalty, uint256 slew, uint256 volatilityMin, uint256 predictiveCap) external;
        function setRisk(uint256 targetHealth, uint256 minDebt, uint256 minLot, uint256 backstopDiscount, uint256 capPeriod, uint256 coolOff) external;
        /// `tip` in loan asset, below 2^81; `chip` as a part of the debt, WAD, whole billionths.
        function setReward(uint256 tip, uint256 chip) external;
        function setFees(uint256 reserveFactor, uint256 totalRoomCap, uint256 fundMinimum) external;
        /// The guardian may pause and nothing else. After a pause of liquidation, and after an outage of the sequencer, accounts with a
        /// health of `graceFloor` or more are not liquidated for `grace` seconds, unless they are insolvent.
        function setGuardian(address guardian, uint256 grace, uint256 graceFloor) external;
        /// Pause a verb for `duration` seconds, at most three days and not within three days after its last pause; by guardian or owner.
        function pause(uint256 verb, uint256 duration) external;
        /// End a pause, by the owner.
        function unpause(uint256 verb) external;
        /// The steward may `tighten` and nothing else; zero for none.
        function setSteward(address steward) external;
        /// For `duration` seconds, at most seven days, rounded up to an even hour, only `percent` (50 to 99) parts in a hundred of the
        /// `borrowLtv` of `token` count, of the supply cap for the zero address; by the steward. While it is in force it can be made tighter, to
        /// the same end; the next starts no sooner than seven days after the last. The owner takes it back, or confirms it, by setting the
        /// parameter.
        function tighten(address token, uint256 percent, uint256 duration) external;
        /// Who may tighten, and the last tightening of the limit of `token` (the supply cap for the zero address): `percent` is 0 if there was
        /// none or the owner took it back; it is in force before `until`.
        function stewardship(address token) external view returns (address steward, uint256 percent, uint256 until);
        function setSupplyCap(uint256 supplyCap) external;
        /// The cover that the fund should have, loan asset, at most 2^128-1; 0 turns auto-deleveraging off.
        function setFundTarget(uint256 target) external;
        function owner() external view returns (address);
        function pendingOwner() external view returns (address);
        function transferOwnership(address newOwner) external;
        function acceptOwnership() external;
    }
}

alloy_sol_types::sol! {
    /// What one of the vault's programs asks of another, on the same storage, in the middle of a call. The core passes no selector of
    /// these on, and a program knows none while its vault is not locked: from outside nobody reaches them.
    interface IVaultPrograms {
        /// Of settlement: give `dust` of `token` of `account` to the fund, recognise `loss` on the claim of the account, and end the claim if it waits
        /// for nothing.
        function concludeClaim(bytes32 account, uint256 loss, address token, uint256 dust) external;
        /// Of settlement: the rest of a sale that the share price has a part in: something is recovered of a loss, or a claim ends unpaid.
        function settleWithInterest(bytes32 account, address payer, uint256 payment, uint256 tabSettled, bool ended) external;
        /// Of views: refuse if the debt of `account` is above what its collateral allows for opening.
        function requireOpeningMargin(bytes32 account) external view;
        /// Of views: refuse if `token` has no good price.
        function requirePrice(address token) external view;
        /// Of inventory: a loss on the claim of `account` of which `shared` was not covered. Returns what of it the fund owes.
        function addArrears(bytes32 account, uint256 shared) external returns (uint256);
        /// Of inventory: refuse if sales of the fund's collateral owe lenders something.
        function requireNoArrears() external;
    }
}
