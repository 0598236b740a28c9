// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces and abi/units.json by `cargo xtask abi`.
pragma solidity ^0.8.4;

interface IVault {
    /// Everything about an account.
    struct AccountView {
        // base units of the loan asset, rounded up
        uint256 debt;
        // sum of collateral value times liquidation threshold, base units of the loan asset
        uint256 capacity;
        // capacity over debt, WAD; 2^256-1 without debt
        uint256 healthFactor;
        // what the account may owe after a borrow, base units of the loan asset
        uint256 borrowLimit;
        // Of the capacity. (annualised, WAD)
        uint256 volatility;
        // Capacity lost in a fall of the opening margin's deviations over its horizon. (base units of the loan asset)
        uint256 valueAtRisk;
        // Over the opening horizon. (standard deviations to health 1, WAD; negative if unhealthy)
        int256 distance;
        // As `predictiveOf` has them. (debt above which the account may be liquidated, base units of the loan asset)
        uint256 predictiveLimit;
        // health factor, WAD
        uint256 predictiveTarget;
        // at what the lenders' assets count claims, base units of the loan asset
        uint256 carrying;
        // recognised as a loss and not recovered, base units of the loan asset
        uint256 writtenOff;
        // base units of the loan asset
        uint256 penalty;
        // part of the claim that live auctions ask for, base units of the loan asset
        uint256 assigned;
        // what the fund paid of the account's loss and may get back, base units of the loan asset
        uint256 fundPaid;
        // number of live auctions of the account
        uint256 liveLots;
        // Time of the last step that raised its risk. (seconds since 1970)
        uint256 lastRisk;
        // true if the account is insolvent and being closed
        bool closing;
        // true if the account opted in
        bool predictive;
        // one entry a collateral of the account
        HoldingView[] holdings;
    }
    /// One collateral of the market.
    struct CollateralView {
        // address of the token
        address token;
        // share of the low value that may be borrowed, WAD
        uint256 borrowLtv;
        // share of the value that counts as capacity, WAD
        uint256 liquidationThreshold;
        // lowest liquidation threshold, WAD
        uint256 thresholdMin;
        // highest liquidation threshold, WAD
        uint256 thresholdMax;
        // Where volatility wants the threshold. (WAD)
        uint256 thresholdTarget;
        // penalty at health 1, WAD
        uint256 penaltyMin;
        // highest penalty, WAD
        uint256 penaltyMax;
        // part of the lot that is there for falling prices, WAD
        uint256 lotBuffer;
        // correlation with the market, WAD
        uint256 beta;
        // most that the vault takes, base units: of the token for collateral, of the loan asset for lenders
        uint256 supplyCap;
        // what the vault holds of the token, base units
        uint256 total;
        // most debt for sale at once, base units of the loan asset
        uint256 roomCap;
        // debt for sale, base units of the loan asset
        uint256 roomUsed;
        // value of a base unit in base units of the loan asset, times 1e36
        uint256 price;
        // lower of spot and average price, value of a base unit in base units of the loan asset, times 1e36
        uint256 low;
        // annualised, WAD
        uint256 volatility;
        // 0 Ok, 1 Stale, 2 Disagree, 3 Halted, 4 SequencerDown, 5 NoQuorum
        uint256 status;
    }
    /// One collateral of an account.
    struct HoldingView {
        // address of the token
        address token;
        // collateral that no lot holds, base units of its token
        uint256 free;
        // collateral that lots hold, base units of its token
        uint256 inLots;
        // At mid; prices, volatility, status and value are 0 if all of it is in lots. (value of a base unit in base
        // units of the loan asset, times 1e36)
        uint256 price;
        // lower of spot and average price, value of a base unit in base units of the loan asset, times 1e36
        uint256 low;
        // annualised, WAD
        uint256 volatility;
        // As the adapter has it. (0 Ok, 1 Stale, 2 Disagree, 3 Halted, 4 SequencerDown, 5 NoQuorum)
        uint256 status;
        // of `free` at mid, base units of the loan asset
        uint256 value;
        // share of the value that counts as capacity, WAD
        uint256 liquidationThreshold;
    }
    /// Everything about the market.
    struct MarketView {
        // the books
        PoolView pool;
        // most that the vault takes, base units: of the token for collateral, of the loan asset for lenders
        uint256 supplyCap;
        // debt for sale, base units of the loan asset
        uint256 roomUsed;
        // most debt for sale at once, base units of the loan asset
        uint256 roomCap;
        // debt of predictive lots, base units of the loan asset
        uint256 predictiveUsed;
        // most debt of predictive lots for sale at once, base units of the loan asset
        uint256 predictiveCap;
        // vault shares of the fund, base units
        uint256 fundShares;
        // vault shares that always stay with the fund, base units
        uint256 fundMinimum;
        // What the fund can bear now. (base units of the loan asset)
        uint256 fundCover;
        // What it should be able to bear. (base units of the loan asset; 0: auto-deleveraging is off)
        uint256 fundTarget;
        // From when on auto-deleveraging is in force. (seconds since 1970, 0: not armed)
        uint256 deleveragingFrom;
        // health factor, WAD
        uint256 targetHealth;
        // least debt of an account, base units of the loan asset
        uint256 minDebt;
        // least debt of a lot, base units of the loan asset
        uint256 minLot;
        // WAD
        uint256 backstopDiscount;
        // the fund's part of interest, WAD
        uint256 reserveFactor;
        // time over which settled debt goes on counting against caps, seconds
        uint256 capPeriod;
        // time after a risk-increasing step in which there is no liquidation, seconds
        uint256 coolOff;
        // keeper's reward for a lot, base units of the loan asset
        uint256 tip;
        // keeper's reward as a part of the debt, WAD
        uint256 chip;
        // Ends of the pauses, in the order of the verbs, see `PauseSet`. (seconds since 1970, by verb)
        uint256[5] pausedUntil;
        // one entry a collateral of the market
        CollateralView[] collaterals;
    }
    /// The pool's books.
    struct PoolView {
        // base units of the loan asset
        uint256 totalAssets;
        // base units of shares
        uint256 totalSupply;
        // loan asset in the vault that is the lenders', base units
        uint256 cash;
        // debts of all accounts, base units of the loan asset
        uint256 borrowAssets;
        // shares of all debts
        uint256 borrowShares;
        // at what the lenders' assets count claims, base units of the loan asset
        uint256 carrying;
        // recovered losses that lenders do not have yet, base units of the loan asset
        uint256 unvested;
        // Interest that is the fund's and not minted to it yet; a part of `cash`, `borrowAssets` and `carrying`.
        // (interest that is the fund's, base units of the loan asset)
        uint256 reserve;
        // What payments on claims brought the fund and is not minted to it yet: in the vault's balance beside `cash`.
        // (what payments on claims brought the fund and is not minted to it yet, base units of the loan asset)
        uint256 fundCash;
        // interest a second, WAD
        uint256 borrowRate;
        // part of the lenders' assets that is lent, WAD
        uint256 utilisation;
    }
    /// Every layer of the waterfall, and what the insurance fund is made of.
    struct WaterfallView {
        // What the fund holds. (vault shares)
        uint256 fundShares;
        // What of them always stays. (vault shares)
        uint256 fundMinimum;
        // What the fund is worth to those who come and to those who leave: `fundShares`, and beside them `inventoryMid`
        // less `arrears` and `pending`, or `inventoryLow` less `arrears`. (vault shares)
        uint256 high;
        // vault shares
        uint256 low;
        // The part of `low` that is inventory in lots. (vault shares)
        uint256 lowInLots;
        // 1: a collateral in the books has no good price and is not dead, so whoever may leave the fund has to wait; 2:
        // the fund has some of it, so nobody can come either; else 0.
        uint256 waits;
        // Collateral of the fund, in lots or not, at mid prices, and at low ones less the backstop discount. (base
        // units of the loan asset)
        uint256 inventoryMid;
        // base units of the loan asset
        uint256 inventoryLow;
        // What claims and interest may still bring the fund, and what they have brought and is not minted to it:
        // recoveries, penalties, reserve. (base units of the loan asset)
        uint256 pending;
        // Losses that the fund's shares did not cover, to be paid by sales of inventory; and by recoveries only. (base
        // units of the loan asset)
        uint256 arrears;
        // base units of the loan asset
        uint256 arrearsBeyond;
        // Spent on lots that the fund still has. (vault shares)
        uint256 absorbedShares;
        // what the fund can bear, base units of the loan asset
        uint256 cover;
        // what it should be, base units of the loan asset
        uint256 target;
        // `cover` over `target`; 2^256-1 without a target. (WAD)
        uint256 coverage;
        // From when on auto-deleveraging is in force. (seconds since 1970, 0: not armed)
        uint256 deleveragingFrom;
        // How wide its zone is now. (standard deviations, WAD)
        uint256 deleveragingWidth;
        // debt of predictive lots, base units of the loan asset
        uint256 predictiveUsed;
        // most debt of predictive lots for sale at once, base units of the loan asset
        uint256 predictiveCap;
        // Debt in auctions. (base units of the loan asset)
        uint256 forSale;
        // What counts against the cap: also what was settled and has not decayed yet. (debt for sale, base units of the
        // loan asset)
        uint256 roomUsed;
        // most debt for sale at once, base units of the loan asset
        uint256 roomCap;
        // at what the lenders' assets count claims, base units of the loan asset
        uint256 carrying;
        // recovered losses that lenders do not have yet, base units of the loan asset
        uint256 unvested;
    }

    /// @notice The account can't be liquidated: its debt is within its capacity, and in no zone of predictive
    /// liquidation.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param debt base units of the loan asset, rounded up
    /// @param capacity sum of collateral value times liquidation threshold, base units of the loan asset
    error AccountHealthy(bytes32 account, uint256 debt, uint256 capacity);
    /// @notice A figure does not fit the vault's books (128 bits).
    /// @param amount the figure that does not fit, base units
    error AmountTooLarge(uint256 amount);
    /// @notice While the fund owes lenders `due`, it takes no lots, and nobody leaves it in kind.
    /// @param due what the fund owes lenders, base units of the loan asset
    error ArrearsOpen(uint256 due);
    /// @notice The lot would be smaller than the smallest that is worth an auction.
    /// @param debt base units of the loan asset, rounded up
    /// @param minLot least debt of a lot, base units of the loan asset
    error BelowMinLot(uint256 debt, uint256 minLot);
    /// @notice The account has a claim that lots are being sold for.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    error ClaimOpen(bytes32 account);
    /// @notice The vault takes no more of this collateral.
    /// @param token address of the token
    /// @param total what the vault holds of the token, base units
    /// @param cap most that is allowed, base units: of the token for collateral, of the loan asset for debt
    error CollateralCapExceeded(address token, uint256 total, uint256 cap);
    /// @notice Within the cool-off after the account's last step that raised its risk.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param until seconds since 1970
    error CoolOff(bytes32 account, uint256 until);
    /// @notice The account's debt would be neither zero nor at least the minimum.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param debt base units of the loan asset, rounded up
    /// @param minimum base units of the loan asset
    error DebtBelowMinimum(bytes32 account, uint256 debt, uint256 minimum);
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
    /// @notice The signature's deadline is over.
    /// @param deadline last time at which this is valid, seconds since 1970
    error ERC2612ExpiredSignature(uint256 deadline);
    /// @notice `signer` made the signature (zero if it is none), not `owner`.
    /// @param signer address that signed; zero if the signature is none
    /// @param owner whose it is
    error ERC2612InvalidSigner(address signer, address owner);
    /// @notice More than `maxDeposit` allows.
    /// @param receiver who gets it
    /// @param assets base units of the asset: of the vault the loan asset
    /// @param max most that is possible, base units
    error ERC4626ExceededMaxDeposit(address receiver, uint256 assets, uint256 max);
    /// @notice More than `maxMint` allows.
    /// @param receiver who gets it
    /// @param shares base units of shares
    /// @param max most that is possible, base units
    error ERC4626ExceededMaxMint(address receiver, uint256 shares, uint256 max);
    /// @notice More than `maxRedeem` allows.
    /// @param owner whose it is
    /// @param shares base units of shares
    /// @param max most that is possible, base units
    error ERC4626ExceededMaxRedeem(address owner, uint256 shares, uint256 max);
    /// @notice More than `maxWithdraw` allows.
    /// @param owner whose it is
    /// @param assets base units of the asset: of the vault the loan asset
    /// @param max most that is possible, base units
    error ERC4626ExceededMaxWithdraw(address owner, uint256 assets, uint256 max);
    /// @notice The fund would have to burn shares of its minimum.
    /// @param available what there is, base units
    /// @param needed what it would take, base units
    error FundTooSmall(uint256 available, uint256 needed);
    /// @notice Liquidation was paused, or the sequencer was down: until then accounts above the floor of health have
    /// time. 2^64-1 while it is down.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param until seconds since 1970
    error GracePeriod(bytes32 account, uint256 until);
    /// @notice More than half of the fund's shares would be in lots: `spent` on those it still has, `left` above the
    /// minimum.
    /// @param spent vault shares
    /// @param left vault shares above the minimum
    error HalfExceeded(uint256 spent, uint256 left);
    /// @notice Selling this token would not improve the account's health.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    error HealthWouldNotImprove(bytes32 account, address token);
    /// @notice The vault has less cash than that.
    /// @param available what there is, base units
    /// @param needed what it would take, base units
    error InsufficientCash(uint256 available, uint256 needed);
    /// @notice The account has less free collateral than that.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param available what there is, base units
    /// @param needed what it would take, base units
    error InsufficientCollateral(bytes32 account, address token, uint256 available, uint256 needed);
    /// @notice The bytes given to `execute` are no whole number of actions of 128 bytes.
    /// @param length bytes
    error InvalidActions(uint256 length);
    /// @notice The vault is in the middle of another call.
    error Locked();
    /// @notice A result left the range of 256 bits.
    error MathOverflow();
    /// @notice No room left under the cap of debt for sale, of this token or in total.
    /// @param token address of the token
    /// @param room debt that may still be put up for sale, base units of the loan asset
    error NoRoom(address token, uint256 room);
    /// @notice The caller has no right to this call.
    /// @param caller who called
    error NotAuthorized(address caller);
    /// @notice Nothing left to sell.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    error NothingToSell(bytes32 account, address token);
    /// @notice After the call the account would be outside its opening margin: debt over what its collateral allows.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param debt base units of the loan asset, rounded up
    /// @param allowed debt that the opening margin allows, base units of the loan asset
    error OpeningMarginExceeded(bytes32 account, uint256 debt, uint256 allowed);
    /// @notice The parameter is outside the bounds that hold on chain.
    /// @param parameter name of the parameter, text padded with zero bytes
    /// @param value what it was set to
    error ParameterOutOfBounds(bytes32 parameter, uint256 value);
    /// @notice The last pause of this verb is not long enough over: the next may begin at `from`.
    /// @param verb 0 deposit and mint, 1 withdraw and redeem, 2 withdrawCollateral, 3 borrow, 4 liquidate
    /// @param from seconds since 1970
    error PauseTooSoon(uint256 verb, uint256 from);
    /// @notice The verb is paused.
    /// @param verb 0 deposit and mint, 1 withdraw and redeem, 2 withdrawCollateral, 3 borrow, 4 liquidate
    /// @param until seconds since 1970
    error Paused(uint256 verb, uint256 until);
    /// @notice The fund's collateral is not sold for `payment`, under its low value: `least`.
    /// @param payment base units of the loan asset
    /// @param least base units of the loan asset
    error PaymentBelowLowValue(uint256 payment, uint256 least);
    /// @notice The fund takes a lot only at or under `limit`.
    /// @param price value of a base unit in base units of the loan asset, times 1e36
    /// @param limit value of a base unit in base units of the loan asset, times 1e36
    error PriceAboveBackstop(uint256 price, uint256 limit);
    /// @notice No good price of the token to be sold.
    /// @param token address of the token
    /// @param status 0 Ok, 1 Stale, 2 Disagree, 3 Halted, 4 SequencerDown, 5 NoQuorum
    error PriceNotOk(address token, uint8 status);
    /// @notice The last tightening of this limit is not long enough over: the next may begin at `from`.
    /// @param token address of the token
    /// @param from who gave it
    error TighteningTooSoon(address token, uint256 from);
    /// @notice A token moved another amount than asked (a fee on transfer, say).
    /// @param token address of the token
    /// @param expected base units of the token
    /// @param received base units of the token
    error TokenAmountMismatch(address token, uint256 expected, uint256 received);
    /// @notice A token call failed, or returned something other than nothing or true.
    /// @param token address of the token
    error TokenCallFailed(address token);
    /// @notice The account would hold more collaterals than an account may.
    /// @param max number of collaterals
    error TooManyCollaterals(uint256 max);
    /// @notice The vault has as many collaterals as it can have.
    /// @param max number of tokens
    error TooManyTokens(uint256 max);
    /// @notice `execute` has no action of this number.
    /// @param kind number of the kind
    error UnknownAction(uint256 kind);
    /// @notice The token is no collateral of this vault.
    /// @param token address of the token
    error UnknownCollateral(address token);
    /// @notice An address that must not be zero is zero.
    error ZeroAddress();
    /// @notice An argument that must not be zero is zero.
    error ZeroAmount();

    /// @notice Interest since the last accrual, and the part of it that belongs to the insurance fund.
    /// @param interest base units of the loan asset
    /// @param reserve interest that is the fund's, base units of the loan asset
    /// @param borrowRate interest a second, WAD
    event Accrued(uint256 interest, uint256 reserve, uint256 borrowRate);
    /// @notice ERC-20: `spender` may move `value` of the shares of `owner`.
    /// @param owner whose it is
    /// @param spender who may move it
    /// @param value base units
    event Approval(address indexed owner, address indexed spender, uint256 value);
    /// @notice Of a loss that all lenders share, the fund owes them `assets`, to be paid by sales of its inventory:
    /// `due` in all.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param assets base units of the loan asset
    /// @param due what the fund owes lenders, base units of the loan asset
    event ArrearsAdded(bytes32 indexed account, uint256 assets, uint256 due);
    /// @notice `assets` of what the fund owes the lenders were paid, by a sale or a recovery; `due` is left.
    /// @param assets base units of the loan asset
    /// @param due what the fund owes lenders, base units of the loan asset
    event ArrearsPaid(uint256 assets, uint256 due);
    /// @notice `account` borrowed `assets`, sent to `receiver`.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param receiver who gets it
    /// @param assets base units of the asset: of the vault the loan asset
    /// @param shares borrow shares
    event Borrowed(bytes32 indexed account, address indexed receiver, uint256 assets, uint256 shares);
    /// @notice A payment on the claim of `account`, in the order in which it is used: carrying, what had been written
    /// off (`recovered`, of which `recoveredToFund` repays the fund), penalty (to the fund).
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param payer who pays
    /// @param carrying at what the lenders' assets count claims, base units of the loan asset
    /// @param recovered what had been written off and was paid now, base units of the loan asset
    /// @param recoveredToFund part of `recovered` that repays the fund, base units of the loan asset
    /// @param penalty base units of the loan asset
    event ClaimPaid(bytes32 indexed account, address indexed payer, uint256 carrying, uint256 recovered, uint256 recoveredToFund, uint256 penalty);
    /// @notice The unpaid part of a claim became debt of the account again: its lots fell short, and it has other
    /// collateral.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param assets base units of the asset: of the vault the loan asset
    /// @param shares borrow shares
    event ClaimReinstated(bytes32 indexed account, uint256 assets, uint256 shares);
    /// @notice `account` was insolvent: its whole `debt` became a claim, counted at `carrying`; the rest is a loss.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param debt base units of the loan asset, rounded up
    /// @param carrying at what the lenders' assets count claims, base units of the loan asset
    /// @param penalty base units of the loan asset
    event ClosingStarted(bytes32 indexed account, uint256 debt, uint256 carrying, uint256 penalty);
    /// @notice `from` put `amount` of `token` into `account`.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param from who gave it
    /// @param amount base units of the token
    event CollateralDeposited(bytes32 indexed account, address indexed token, address indexed from, uint256 amount);
    /// @notice The parameters of a collateral were set.
    /// @param token address of the token
    /// @param borrowLtv share of the low value that may be borrowed, WAD
    /// @param thresholdMin lowest liquidation threshold, WAD
    /// @param thresholdMax highest liquidation threshold, WAD
    /// @param penaltyMin penalty at health 1, WAD
    /// @param penaltyMax highest penalty, WAD
    /// @param lotBuffer part of the lot that is there for falling prices, WAD
    /// @param beta correlation with the market, WAD
    /// @param supplyCap most that the vault takes, base units: of the token for collateral, of the loan asset for
    /// lenders
    /// @param roomCap most debt for sale at once, base units of the loan asset
    event CollateralSet(address indexed token, uint256 borrowLtv, uint256 thresholdMin, uint256 thresholdMax, uint256 penaltyMin, uint256 penaltyMax, uint256 lotBuffer, uint256 beta, uint256 supplyCap, uint256 roomCap);
    /// @notice `amount` of `token` left `account` for `receiver`.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param receiver who gets it
    /// @param amount base units of the token
    event CollateralWithdrawn(bytes32 indexed account, address indexed token, address indexed receiver, uint256 amount);
    /// @notice The vault was made, with these modules and programs for ever; `RiskSet` and `MarginSet` of the same
    /// transaction say how it starts.
    /// @param asset address of the loan asset's token
    /// @param oracle address of the oracle adapter
    /// @param auction address of the liquidation auction
    /// @param fund address of the insurance fund
    /// @param liquidation address of the vault's program for liquidation
    /// @param settlement address of the vault's program for claims
    /// @param administration address of the vault's program for administration
    /// @param views address of the vault's program for views
    /// @param inventory address of the vault's program for the fund's collateral
    event Created(address indexed asset, address oracle, address auction, address fund, address liquidation, address settlement, address administration, address views, address inventory);
    /// @notice Auto-deleveraging was armed, and is in force from then on; or, with 0, the fund's `cover` met its
    /// `target`.
    /// @param from seconds since 1970, 0: ended
    /// @param cover what the fund can bear, base units of the loan asset
    /// @param target what it should be, base units of the loan asset
    event DeleveragingSet(uint256 from, uint256 cover, uint256 target);
    /// @notice ERC-4626: `sender` paid `assets` in for `shares` of `owner`.
    /// @param sender who calls or pays
    /// @param owner whose it is
    /// @param assets base units of the asset: of the vault the loan asset
    /// @param shares base units of shares
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    /// @notice A lot too small to be auctioned went to the fund's account in the vault.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param amount base units of the token
    event DustToFund(bytes32 indexed account, address indexed token, uint256 amount);
    /// @notice The fund's part of interest, the cap of debt for sale and the fund's minimum were set.
    /// @param reserveFactor the fund's part of interest, WAD
    /// @param totalRoomCap most debt for sale at once, base units of the loan asset
    /// @param fundMinimum vault shares that always stay with the fund, base units
    event FeesSet(uint256 reserveFactor, uint256 totalRoomCap, uint256 fundMinimum);
    /// @notice Cover that the fund should have; 0 turns auto-deleveraging off.
    /// @param target what it should be, base units of the loan asset
    event FundTargetSet(uint256 target);
    /// @notice Who may pause, and the grace after a pause or an outage of the sequencer, were set.
    /// @param guardian who may pause
    /// @param grace seconds
    /// @param graceFloor health factor, WAD
    event GuardianSet(address indexed guardian, uint256 grace, uint256 graceFloor);
    /// @notice Inventory of the fund was sold for `shares` of `payer`, worth `payment`; the part that pays arrears was
    /// burnt.
    /// @param token address of the token
    /// @param payer who pays
    /// @param payment base units of the loan asset
    /// @param shares vault shares
    event InventorySold(address indexed token, address indexed payer, uint256 payment, uint256 shares);
    /// @notice `debt` of `account` became a claim, and `lot` of `token` was put up for sale to pay it and `penalty`.
    /// `debtBefore` and `capacityBefore` are D and B at the moment of the decision (health factor = B/D).
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param auctionId number of the auction; 0: none was started
    /// @param debt base units of the loan asset, rounded up
    /// @param lot collateral for sale, base units of its token
    /// @param penalty base units of the loan asset
    /// @param reward what the keeper is credited, base units of the loan asset
    /// @param keeper who is credited the reward; zero: nobody
    /// @param debtBefore debt before the liquidation, base units of the loan asset
    /// @param capacityBefore capacity before the liquidation, base units of the loan asset
    event Liquidated(bytes32 indexed account, address indexed token, uint256 indexed auctionId, uint256 debt, uint256 lot, uint256 penalty, uint256 reward, address keeper, uint256 debtBefore, uint256 capacityBefore);
    /// @notice `loss` was recognised; `covered` of it was borne by burning `sharesBurned` of the fund's shares,
    /// `shared` by all lenders.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param loss base units of the loan asset
    /// @param covered part of the loss that the fund bore, base units of the loan asset
    /// @param shared part of the loss that all lenders bore, base units of the loan asset
    /// @param sharesBurned vault shares of the fund, base units
    event LossRecognised(bytes32 indexed account, uint256 loss, uint256 covered, uint256 shared, uint256 sharesBurned);
    /// @notice The fund took `amount` of a lot for `payment` of the claim; what that brings to the fund was not paid,
    /// for the rest `sharesBurned`.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param amount base units of the token
    /// @param payment base units of the loan asset
    /// @param sharesBurned vault shares of the fund, base units
    event LotAbsorbed(bytes32 indexed account, address indexed token, uint256 amount, uint256 payment, uint256 sharesBurned);
    /// @notice What a lot did not need came back to the account's collateral.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param amount base units of the token
    event LotReturned(bytes32 indexed account, address indexed token, uint256 amount);
    /// @notice How volatility bears on margins was set.
    /// @param openingDeviations standard deviations, WAD
    /// @param openingHorizon seconds
    /// @param thresholdDeviations standard deviations, WAD
    /// @param thresholdHorizon seconds
    /// @param softDeviations standard deviations, WAD
    /// @param softPenalty penalty of a predictive lot, WAD
    /// @param slew most that a threshold moves an hour, WAD
    /// @param volatilityMin least volatility that is assumed, annualised, WAD
    /// @param predictiveCap most debt of predictive lots for sale at once, base units of the loan asset
    event MarginSet(uint256 openingDeviations, uint256 openingHorizon, uint256 thresholdDeviations, uint256 thresholdHorizon, uint256 softDeviations, uint256 softPenalty, uint256 slew, uint256 volatilityMin, uint256 predictiveCap);
    /// @notice `operator` may or may no longer act for all accounts of `owner`.
    /// @param owner whose it is
    /// @param operator who may act
    /// @param approved true to allow, false to forbid
    event OperatorSet(address indexed owner, address indexed operator, bool approved);
    /// @notice `newOwner` may accept ownership.
    /// @param previousOwner address of the owner until now
    /// @param newOwner address of the next owner
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    /// @notice `newOwner` accepted ownership.
    /// @param previousOwner address of the owner until now
    /// @param newOwner address of the next owner
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    /// @notice `verb` is paused until then, or, if that is in the past, no longer; `by` whom. 0 deposit and mint, 1
    /// withdraw and redeem, 2 withdrawCollateral, 3 borrow, 4 liquidate.
    /// @param verb 0 deposit and mint, 1 withdraw and redeem, 2 withdrawCollateral, 3 borrow, 4 liquidate
    /// @param until seconds since 1970
    /// @param by guardian or owner
    event PauseSet(uint256 indexed verb, uint256 until, address by);
    /// @notice `account` may be liquidated before it is unhealthy, or no longer.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param enabled true to opt in, false to opt out
    event PredictiveSet(bytes32 indexed account, bool enabled);
    /// @notice `payer` repaid `assets` of the debt of `account`.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param payer who pays
    /// @param assets base units of the asset: of the vault the loan asset
    /// @param shares borrow shares
    event Repaid(bytes32 indexed account, address indexed payer, uint256 assets, uint256 shares);
    /// @notice Interest reserve, and what payments on claims brought the fund, were minted to it as shares.
    /// @param assets base units of the asset: of the vault the loan asset
    /// @param shares base units of shares
    event ReserveMinted(uint256 assets, uint256 shares);
    /// @notice The keeper's reward was set.
    /// @param tip keeper's reward for a lot, base units of the loan asset
    /// @param chip keeper's reward as a part of the debt, WAD
    event RewardSet(uint256 tip, uint256 chip);
    /// @notice Parameters of liquidation were set.
    /// @param targetHealth health factor, WAD
    /// @param minDebt least debt of an account, base units of the loan asset
    /// @param minLot least debt of a lot, base units of the loan asset
    /// @param backstopDiscount WAD
    /// @param capPeriod time over which settled debt goes on counting against caps, seconds
    /// @param coolOff time after a risk-increasing step in which there is no liquidation, seconds
    event RiskSet(uint256 targetHealth, uint256 minDebt, uint256 minLot, uint256 backstopDiscount, uint256 capPeriod, uint256 coolOff);
    /// @notice Who may tighten limits was set.
    /// @param steward who may tighten limits; zero: nobody
    event StewardSet(address indexed steward);
    /// @notice The most that lenders may supply was set.
    /// @param supplyCap most that the vault takes, base units: of the token for collateral, of the loan asset for
    /// lenders
    event SupplyCapSet(uint256 supplyCap);
    /// @notice The liquidation threshold of `token` moved toward its target.
    /// @param token address of the token
    /// @param threshold liquidation threshold, WAD
    /// @param target where volatility wants the threshold, WAD
    /// @param volatility annualised, WAD
    event ThresholdMoved(address indexed token, uint256 threshold, uint256 target, uint256 volatility);
    /// @notice Until then `percent` parts in a hundred of the `borrowLtv` of `token` are in force; of the supply cap
    /// for the zero address. The next `CollateralSet` of the token, or `SupplyCapSet`, ends it.
    /// @param token address of the token
    /// @param percent part of the limit that counts, in parts of a hundred; 0: all of it
    /// @param until seconds since 1970
    event Tightened(address indexed token, uint256 percent, uint256 until);
    /// @notice ERC-20: shares moved; from zero they were minted, to zero burnt.
    /// @param from who gave it
    /// @param to who gets it
    /// @param value base units
    event Transfer(address indexed from, address indexed to, uint256 value);
    /// @notice ERC-4626: `assets` went to `receiver` for `shares` of `owner`, burnt by `sender`.
    /// @param sender who calls or pays
    /// @param receiver who gets it
    /// @param owner whose it is
    /// @param assets base units of the asset: of the vault the loan asset
    /// @param shares base units of shares
    event Withdraw(address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares);

    /// @notice EIP-2612: the domain of signatures.
    /// @return hash of the EIP-712 domain
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    /// @notice Only by the auction: `amount` of a lot of `account` becomes collateral of the fund, which pays `payment`
    /// with its vault shares, at their value; the rest as in `settle`. Refused unless `price`, the auction's, is at or
    /// under `low`, the oracle's, less the backstop discount. Returns the shares burnt, and what the fund has left
    /// above its minimum. Calls nobody.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param amount base units of the token
    /// @param payment base units of the loan asset
    /// @param tabSettled part of the auction's tab that is done with, base units of the loan asset
    /// @param debtSettled debt that leaves the caps, base units of the loan asset
    /// @param lotReturned base units of the collateral
    /// @param ended true if this lot is over
    /// @param price value of a base unit in base units of the loan asset, times 1e36
    /// @param low lower of spot and average price, value of a base unit in base units of the loan asset, times 1e36
    /// @return sharesBurned vault shares of the fund, base units
    /// @return sharesLeft vault shares of the fund above its minimum, base units
    function absorb(bytes32 account, address token, uint256 amount, uint256 payment, uint256 tabSettled, uint256 debtSettled, uint256 lotReturned, bool ended, uint256 price, uint256 low) external returns (uint256 sharesBurned, uint256 sharesLeft);
    /// @notice Accept ownership, by the pending owner.
    function acceptOwnership() external;
    /// @notice Everything about an account, in one call.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @return everything about the account
    function accountView(bytes32 account) external view returns (AccountView memory);
    /// @notice Bring interest up to date, by anybody.
    function accrue() external;
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
    /// @notice Borrow `assets` against the collateral of `account`, by its owner or an operator. Returns the borrow
    /// shares.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param assets base units of the asset: of the vault the loan asset
    /// @param receiver who gets it
    /// @return borrow shares
    function borrow(bytes32 account, uint256 assets, address receiver) external returns (uint256);
    /// @notice What `liquidate(account, token, 2^256-1, keeper)` would do now: whether it succeeds, the selector of the
    /// error if not, and the amounts. Exact to the unit for prices as sampled. `liquidate` takes a sample first, which
    /// may begin a halt, or move the volatility and with it a predictive zone: call after the adapter's `poke`, or ask
    /// by `eth_call` of `liquidate` itself.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @return succeeds true if `liquidate` would succeed
    /// @return reason selector of the error; zero if it succeeds
    /// @return debt base units of the loan asset, rounded up
    /// @return lot collateral for sale, base units of its token
    /// @return penalty base units of the loan asset
    /// @return reward what the keeper is credited, base units of the loan asset
    /// @return closing true if the account is insolvent and being closed
    function checkLiquidation(bytes32 account, address token) external view returns (bool succeeds, bytes4 reason, uint256 debt, uint256 lot, uint256 penalty, uint256 reward, bool closing);
    /// @notice What may still be paid on the claim of `account`, and how much of that no live auction is asking for.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @return outstanding what may still be paid on the claim, base units of the loan asset
    /// @return unassigned part of the claim that no live auction asks for, base units of the loan asset
    function claimLimit(bytes32 account) external view returns (uint256 outstanding, uint256 unassigned);
    /// @notice The claim on `account`: what its lots are being sold for.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @return carrying at what the lenders' assets count claims, base units of the loan asset
    /// @return writtenOff recognised as a loss and not recovered, base units of the loan asset
    /// @return penalty base units of the loan asset
    /// @return assigned part of the claim that live auctions ask for, base units of the loan asset
    /// @return fundPaid what the fund paid of the account's loss and may get back, base units of the loan asset
    /// @return closing true if the account is insolvent and being closed
    function claimOf(bytes32 account) external view returns (uint256 carrying, uint256 writtenOff, uint256 penalty, uint256 assigned, uint256 fundPaid, bool closing);
    /// @notice Parameters of a collateral, and how much of it the vault holds.
    /// @param token address of the token
    /// @return borrowLtv share of the low value that may be borrowed, WAD
    /// @return liquidationThreshold share of the value that counts as capacity, WAD
    /// @return thresholdMin lowest liquidation threshold, WAD
    /// @return thresholdMax highest liquidation threshold, WAD
    /// @return penaltyMin penalty at health 1, WAD
    /// @return penaltyMax highest penalty, WAD
    /// @return lotBuffer part of the lot that is there for falling prices, WAD
    /// @return beta correlation with the market, WAD
    /// @return supplyCap most that the vault takes, base units: of the token for collateral, of the loan asset for
    /// lenders
    /// @return roomCap most debt for sale at once, base units of the loan asset
    /// @return total what the vault holds of the token, base units
    function collateralConfig(address token) external view returns (uint256 borrowLtv, uint256 liquidationThreshold, uint256 thresholdMin, uint256 thresholdMax, uint256 penaltyMin, uint256 penaltyMax, uint256 lotBuffer, uint256 beta, uint256 supplyCap, uint256 roomCap, uint256 total);
    /// @notice Free collateral, and what lots hold of it.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @return free collateral that no lot holds, base units of its token
    /// @return inLots collateral that lots hold, base units of its token
    function collateralOf(bytes32 account, address token) external view returns (uint256 free, uint256 inLots);
    /// @notice All collaterals of the market.
    /// @return addresses of the tokens
    function collaterals() external view returns (address[] memory);
    /// @notice Tokens of `account`.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @return addresses of the tokens
    function collateralsOf(bytes32 account) external view returns (address[] memory);
    /// @notice ERC-4626: assets for these shares, without regard to limits.
    /// @param shares base units of shares
    /// @return base units of the asset, rounded down
    function convertToAssets(uint256 shares) external view returns (uint256);
    /// @notice ERC-4626: shares for these assets, without regard to limits.
    /// @param assets base units of the asset: of the vault the loan asset
    /// @return base units of shares, rounded down
    function convertToShares(uint256 assets) external view returns (uint256);
    /// @notice What `account` owes now.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @return base units of the loan asset, rounded up
    function debtOf(bytes32 account) external view returns (uint256);
    /// @notice ERC-20: decimals of the shares.
    /// @return number of decimals
    function decimals() external view returns (uint8);
    /// @notice The fund's cover and its target, whether the target was ever met, and from when on auto-deleveraging is
    /// in force (0: not armed).
    /// @return target what it should be, base units of the loan asset
    /// @return cover what the fund can bear, base units of the loan asset
    /// @return wasMet true if the cover ever met the target
    /// @return from seconds since 1970, 0: not armed
    function deleveraging() external view returns (uint256 target, uint256 cover, bool wasMet, uint256 from);
    /// @notice Only by the auction: `release` of `amount` to `receiver` and `settle`, in one call; the collateral is
    /// sent before the payment is taken.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param payer who pays
    /// @param payment base units of the loan asset
    /// @param tabSettled part of the auction's tab that is done with, base units of the loan asset
    /// @param debtSettled debt that leaves the caps, base units of the loan asset
    /// @param lotReturned base units of the collateral
    /// @param ended true if this lot is over
    /// @param amount base units of the token
    /// @param receiver who gets it
    function deliver(bytes32 account, address token, address payer, uint256 payment, uint256 tabSettled, uint256 debtSettled, uint256 lotReturned, bool ended, uint256 amount, address receiver) external;
    /// @notice ERC-4626: pay `assets` in for shares of `receiver`.
    /// @param assets base units of the asset: of the vault the loan asset
    /// @param receiver who gets it
    /// @return shares minted, base units
    function deposit(uint256 assets, address receiver) external returns (uint256);
    /// @notice Put `amount` of `token` into `account`, by anybody.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param amount base units of the token
    function depositCollateral(bytes32 account, address token, uint256 amount) external;
    /// @notice Several steps on `account`, judged once, after the last: a position is opened, or moved, in one
    /// transaction. `actions` are encoded one behind the other, each as `abi.encode(uint8 kind, address token, uint256
    /// amount, address receiver)`; kind 0 is `depositCollateral`, 1 `withdrawCollateral`, 2 `borrow`, 3 `repay`; what a
    /// kind does not need is ignored.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param actions steps one behind the other, 128 bytes each: `abi.encode(uint8 kind, address token, uint256
    /// amount, address receiver)`
    function execute(bytes32 account, bytes memory actions) external;
    /// @notice Who may pause, and the grace after a pause, as `setGuardian` has them.
    /// @return guardian who may pause
    /// @return grace seconds
    /// @return graceFloor health factor, WAD
    function guardianConfig() external view returns (address guardian, uint256 grace, uint256 graceFloor);
    /// @notice Debt D, capacity B (sum of value times liquidation threshold), their ratio in WAD (max if there is no
    /// debt), and what the account may owe after a borrow.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @return debt base units of the loan asset, rounded up
    /// @return capacity sum of collateral value times liquidation threshold, base units of the loan asset
    /// @return healthFactor capacity over debt, WAD; 2^256-1 without debt
    /// @return borrowLimit what the account may owe after a borrow, base units of the loan asset
    function healthOf(bytes32 account) external view returns (uint256 debt, uint256 capacity, uint256 healthFactor, uint256 borrowLimit);
    /// @notice Whether `operator` may act for the owner or controller.
    /// @param owner whose it is
    /// @param operator who may act
    /// @return true if the operator may act
    function isOperator(address owner, address operator) external view returns (bool);
    /// @notice Put part of an unhealthy account's debt up for sale, with collateral `token`. `maxRepay` limits the
    /// debt. Returns the auction's id, 0 if none was started (an account put in closing with no room, or only dust).
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param maxRepay most debt to put up for sale, base units of the loan asset
    /// @param keeper who is credited the reward; zero: nobody
    /// @return number of the auction; 0: none was started
    function liquidate(bytes32 account, address token, uint256 maxRepay, address keeper) external returns (uint256);
    /// @notice How volatility bears on margins, as `setMargin` has it.
    /// @return openingDeviations standard deviations, WAD
    /// @return openingHorizon seconds
    /// @return thresholdDeviations standard deviations, WAD
    /// @return thresholdHorizon seconds
    /// @return softDeviations standard deviations, WAD
    /// @return softPenalty penalty of a predictive lot, WAD
    /// @return slew most that a threshold moves an hour, WAD
    /// @return volatilityMin least volatility that is assumed, annualised, WAD
    /// @return predictiveCap most debt of predictive lots for sale at once, base units of the loan asset
    function marginConfig() external view returns (uint256 openingDeviations, uint256 openingHorizon, uint256 thresholdDeviations, uint256 thresholdHorizon, uint256 softDeviations, uint256 softPenalty, uint256 slew, uint256 volatilityMin, uint256 predictiveCap);
    /// @notice Volatility of `account` (WAD a year), what of its capacity is at risk in a fall of the opening margin's
    /// deviations over its horizon, and how many deviations (WAD) its health is from 1.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @return volatility annualised, WAD
    /// @return valueAtRisk capacity lost in a fall of the opening margin's deviations, base units of the loan asset
    /// @return distance standard deviations to health 1, WAD; negative if unhealthy
    function marginOf(bytes32 account) external view returns (uint256 volatility, uint256 valueAtRisk, int256 distance);
    /// @notice The pool's books, with interest up to now.
    /// @return cash loan asset in the vault that is the lenders', base units
    /// @return totalBorrowAssets debts of all accounts, base units of the loan asset
    /// @return totalBorrowShares shares of all debts
    /// @return totalCarrying claims, at what the lenders' assets count them, base units of the loan asset
    /// @return unvested recovered losses that lenders do not have yet, base units of the loan asset
    /// @return reserve interest that is the fund's, base units of the loan asset
    /// @return borrowRate interest a second, WAD
    /// @return utilisation part of the lenders' assets that is lent, WAD
    /// @return fundCash what payments on claims brought the fund and is not minted to it yet, base units of the loan
    /// asset
    function marketState() external view returns (uint256 cash, uint256 totalBorrowAssets, uint256 totalBorrowShares, uint256 totalCarrying, uint256 unvested, uint256 reserve, uint256 borrowRate, uint256 utilisation, uint256 fundCash);
    /// @notice Everything about the market, in one call.
    /// @return everything about the market
    function marketView() external view returns (MarketView memory);
    /// @notice ERC-4626: the most that `deposit` takes now.
    /// @param receiver who gets it
    /// @return base units of the asset
    function maxDeposit(address receiver) external view returns (uint256);
    /// @notice ERC-4626: the most that `mint` gives now.
    /// @param receiver who gets it
    /// @return base units of shares
    function maxMint(address receiver) external view returns (uint256);
    /// @notice ERC-4626: the most that `redeem` takes now.
    /// @param owner whose it is
    /// @return base units of shares
    function maxRedeem(address owner) external view returns (uint256);
    /// @notice ERC-4626: the most that `withdraw` gives now.
    /// @param owner whose it is
    /// @return base units of the asset
    function maxWithdraw(address owner) external view returns (uint256);
    /// @notice ERC-4626: pay what `shares` cost, for `receiver`.
    /// @param shares base units of shares
    /// @param receiver who gets it
    /// @return assets taken, base units
    function mint(uint256 shares, address receiver) external returns (uint256);
    /// @notice Mint to the fund what is its own in the pool, by anybody: the interest reserve, and what payments on
    /// claims brought it. Returns the shares.
    /// @return vault shares, base units
    function mintReserve() external returns (uint256);
    /// @notice The other modules and programs.
    /// @return oracle address of the oracle adapter
    /// @return auction address of the liquidation auction
    /// @return fund address of the insurance fund
    /// @return liquidation address of the vault's program for liquidation
    /// @return settlement address of the vault's program for claims
    /// @return administration address of the vault's program for administration
    /// @return views address of the vault's program for views
    /// @return inventory address of the vault's program for the fund's collateral
    function modules() external view returns (address oracle, address auction, address fund, address liquidation, address settlement, address administration, address views, address inventory);
    /// @notice ERC-20: name of the shares.
    /// @return name of the share token
    function name() external view returns (string memory);
    /// @notice EIP-2612: nonce of the next signature of `owner`.
    /// @param owner whose it is
    /// @return number that the next signature must have
    function nonces(address owner) external view returns (uint256);
    /// @notice Who administers.
    /// @return address of the owner
    function owner() external view returns (address);
    /// @notice Pause a verb for `duration` seconds, at most three days and not within three days after its last pause;
    /// by guardian or owner.
    /// @param verb 0 deposit and mint, 1 withdraw and redeem, 2 withdrawCollateral, 3 borrow, 4 liquidate
    /// @param duration seconds
    function pause(uint256 verb, uint256 duration) external;
    /// @notice Until when a verb is paused (numbers as in `PauseSet`); in the past if it is not.
    /// @param verb 0 deposit and mint, 1 withdraw and redeem, 2 withdrawCollateral, 3 borrow, 4 liquidate
    /// @return seconds since 1970
    function pausedUntil(uint256 verb) external view returns (uint256);
    /// @notice Who may accept ownership.
    /// @return address of who may accept ownership; zero: nobody
    function pendingOwner() external view returns (address);
    /// @notice EIP-2612: allow by signature.
    /// @param owner whose it is
    /// @param spender who may move it
    /// @param value base units
    /// @param deadline last time at which this is valid, seconds since 1970
    /// @param v 27 or 28
    /// @param r first half of the signature
    /// @param s second half of the signature
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    /// @notice The same with a signature of any form, for owners with code (ERC-1271); of a key it is `r`, `s` and `v`,
    /// 65 bytes.
    /// @param owner whose it is
    /// @param spender who may move it
    /// @param value base units
    /// @param deadline last time at which this is valid, seconds since 1970
    /// @param signature 65 bytes `r`, `s`, `v`, or whatever the owner's contract takes (ERC-1271)
    function permit(address owner, address spender, uint256 value, uint256 deadline, bytes memory signature) external;
    /// @notice The account may be liquidated although it is healthy if its debt is above `limit`, down to the health
    /// `targetHealth`: in its predictive zone, if it opted in, or in that of auto-deleveraging, whichever is wider.
    /// Without a zone `limit` is its capacity.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @return limit debt above which the account may be liquidated, base units of the loan asset
    /// @return targetHealth health factor, WAD
    function predictiveOf(bytes32 account) external view returns (uint256 limit, uint256 targetHealth);
    /// @notice ERC-4626: what `deposit` would mint.
    /// @param assets base units of the asset: of the vault the loan asset
    /// @return shares, base units, rounded down
    function previewDeposit(uint256 assets) external view returns (uint256);
    /// @notice ERC-4626: what `mint` would cost.
    /// @param shares base units of shares
    /// @return assets, base units, rounded up
    function previewMint(uint256 shares) external view returns (uint256);
    /// @notice ERC-4626: what `redeem` would give.
    /// @param shares base units of shares
    /// @return assets, base units, rounded down
    function previewRedeem(uint256 shares) external view returns (uint256);
    /// @notice ERC-4626: what `withdraw` would burn.
    /// @param assets base units of the asset: of the vault the loan asset
    /// @return shares, base units, rounded up
    function previewWithdraw(uint256 assets) external view returns (uint256);
    /// @notice ERC-4626: burn `shares` of `owner` for what they are worth.
    /// @param shares base units of shares
    /// @param receiver who gets it
    /// @param owner whose it is
    /// @return assets paid out, base units
    function redeem(uint256 shares, address receiver, address owner) external returns (uint256);
    /// @notice Only by the auction: send `amount` of a lot of `account` to `receiver`.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param amount base units of the token
    /// @param receiver who gets it
    function release(bytes32 account, address token, uint256 amount, address receiver) external;
    /// @notice Repay at most `assets` of the debt of `account`, by anybody. Returns what was paid: nothing if nothing
    /// was owed.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param assets base units of the asset: of the vault the loan asset
    /// @return what was paid, base units of the loan asset
    function repay(bytes32 account, uint256 assets) external returns (uint256);
    /// @notice Pay at most `assets` of the claim on `account`, by anybody. Returns what was paid.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param assets base units of the asset: of the vault the loan asset
    /// @return what was paid, base units of the loan asset
    function repayClaim(bytes32 account, uint256 assets) external returns (uint256);
    /// @notice Parameters of liquidation, as `setRisk` and `setReward` have them.
    /// @return targetHealth health factor, WAD
    /// @return minDebt least debt of an account, base units of the loan asset
    /// @return minLot least debt of a lot, base units of the loan asset
    /// @return backstopDiscount WAD
    /// @return capPeriod time over which settled debt goes on counting against caps, seconds
    /// @return coolOff time after a risk-increasing step in which there is no liquidation, seconds
    /// @return tip keeper's reward for a lot, base units of the loan asset
    /// @return chip keeper's reward as a part of the debt, WAD
    function riskConfig() external view returns (uint256 targetHealth, uint256 minDebt, uint256 minLot, uint256 backstopDiscount, uint256 capPeriod, uint256 coolOff, uint256 tip, uint256 chip);
    /// @notice Debt for sale: not settled, and settled but not yet decayed; for one token, and in total (token zero).
    /// @param token address of the token
    /// @return live debt for sale and not settled, base units of the loan asset
    /// @return decaying settled but not yet decayed, base units of the loan asset
    /// @return cap most that is allowed, base units: of the token for collateral, of the loan asset for debt
    function roomOf(address token) external view returns (uint256 live, uint256 decaying, uint256 cap);
    /// @notice Only by the fund: put at most `maxLot` of its collateral up for sale. The lot has no tab and its account
    /// is the fund's; takers pay with vault shares, on an allowance to the auction. Returns the auction's id.
    /// @param token address of the token
    /// @param maxLot most of the lot to take, base units of its token
    /// @return id number of the auction
    function sellInventory(address token, uint256 maxLot) external returns (uint256 id);
    /// @notice The liquidation threshold of a new token is `thresholdMax`; that of a known one stays, and moves into
    /// its range by `updateMargin`. Ratios are whole billionths. `beta` is the correlation with the market.
    /// @param token address of the token
    /// @param borrowLtv share of the low value that may be borrowed, WAD
    /// @param thresholdMin lowest liquidation threshold, WAD
    /// @param thresholdMax highest liquidation threshold, WAD
    /// @param penaltyMin penalty at health 1, WAD
    /// @param penaltyMax highest penalty, WAD
    /// @param lotBuffer part of the lot that is there for falling prices, WAD
    /// @param beta correlation with the market, WAD
    /// @param supplyCap most that the vault takes, base units: of the token for collateral, of the loan asset for
    /// lenders
    /// @param roomCap most debt for sale at once, base units of the loan asset
    function setCollateral(address token, uint256 borrowLtv, uint256 thresholdMin, uint256 thresholdMax, uint256 penaltyMin, uint256 penaltyMax, uint256 lotBuffer, uint256 beta, uint256 supplyCap, uint256 roomCap) external;
    /// @notice Set the fund's part of interest, the cap of debt for sale and the fund's minimum, by the owner.
    /// @param reserveFactor the fund's part of interest, WAD
    /// @param totalRoomCap most debt for sale at once, base units of the loan asset
    /// @param fundMinimum vault shares that always stay with the fund, base units
    function setFees(uint256 reserveFactor, uint256 totalRoomCap, uint256 fundMinimum) external;
    /// @notice The cover that the fund should have, loan asset, at most 2^128-1; 0 turns auto-deleveraging off.
    /// @param target what it should be, base units of the loan asset
    function setFundTarget(uint256 target) external;
    /// @notice The guardian may pause and nothing else. After a pause of liquidation, and after an outage of the
    /// sequencer, accounts with a health of `graceFloor` or more are not liquidated for `grace` seconds, unless they
    /// are insolvent.
    /// @param guardian who may pause
    /// @param grace seconds
    /// @param graceFloor health factor, WAD
    function setGuardian(address guardian, uint256 grace, uint256 graceFloor) external;
    /// @notice How volatility bears on margins. Deviations, penalty, slew (an hour) and volatility in WAD, whole
    /// billionths; horizons in seconds.
    /// @param openingDeviations standard deviations, WAD
    /// @param openingHorizon seconds
    /// @param thresholdDeviations standard deviations, WAD
    /// @param thresholdHorizon seconds
    /// @param softDeviations standard deviations, WAD
    /// @param softPenalty penalty of a predictive lot, WAD
    /// @param slew most that a threshold moves an hour, WAD
    /// @param volatilityMin least volatility that is assumed, annualised, WAD
    /// @param predictiveCap most debt of predictive lots for sale at once, base units of the loan asset
    function setMargin(uint256 openingDeviations, uint256 openingHorizon, uint256 thresholdDeviations, uint256 thresholdHorizon, uint256 softDeviations, uint256 softPenalty, uint256 slew, uint256 volatilityMin, uint256 predictiveCap) external;
    /// @notice Let `operator` act for the caller, or no longer.
    /// @param operator who may act
    /// @param approved true to allow, false to forbid
    function setOperator(address operator, bool approved) external;
    /// @notice The same by signature of `owner` over `SetOperator(address owner,address operator,bool approved,uint256
    /// nonce,uint256 deadline)`; nonces are those of permits.
    /// @param owner whose it is
    /// @param operator who may act
    /// @param approved true to allow, false to forbid
    /// @param deadline last time at which this is valid, seconds since 1970
    /// @param signature 65 bytes `r`, `s`, `v`, or whatever the owner's contract takes (ERC-1271)
    function setOperatorBySignature(address owner, address operator, bool approved, uint256 deadline, bytes memory signature) external;
    /// @notice Let `account` be liquidated before it is unhealthy, at a lower penalty, or no longer; by its owner or an
    /// operator.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param enabled true to opt in, false to opt out
    function setPredictive(bytes32 account, bool enabled) external;
    /// @notice `tip` in loan asset, below 2^81; `chip` as a part of the debt, WAD, whole billionths.
    /// @param tip keeper's reward for a lot, base units of the loan asset
    /// @param chip keeper's reward as a part of the debt, WAD
    function setReward(uint256 tip, uint256 chip) external;
    /// @notice Set the parameters of liquidation, by the owner.
    /// @param targetHealth health factor, WAD
    /// @param minDebt least debt of an account, base units of the loan asset
    /// @param minLot least debt of a lot, base units of the loan asset
    /// @param backstopDiscount WAD
    /// @param capPeriod time over which settled debt goes on counting against caps, seconds
    /// @param coolOff time after a risk-increasing step in which there is no liquidation, seconds
    function setRisk(uint256 targetHealth, uint256 minDebt, uint256 minLot, uint256 backstopDiscount, uint256 capPeriod, uint256 coolOff) external;
    /// @notice The steward may `tighten` and nothing else; zero for none.
    /// @param steward who may tighten limits; zero: nobody
    function setSteward(address steward) external;
    /// @notice Set the most that lenders may supply, by the owner.
    /// @param supplyCap most that the vault takes, base units: of the token for collateral, of the loan asset for
    /// lenders
    function setSupplyCap(uint256 supplyCap) external;
    /// @notice Only by the auction: take `payment` from `payer` for the claim of `account`; `tabSettled` and
    /// `debtSettled` of the auction are done with; `lotReturned` goes back to the account; `ended` if this lot is over.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param payer who pays
    /// @param payment base units of the loan asset
    /// @param tabSettled part of the auction's tab that is done with, base units of the loan asset
    /// @param debtSettled debt that leaves the caps, base units of the loan asset
    /// @param lotReturned base units of the collateral
    /// @param ended true if this lot is over
    function settle(bytes32 account, address token, address payer, uint256 payment, uint256 tabSettled, uint256 debtSettled, uint256 lotReturned, bool ended) external;
    /// @notice Only by the auction: `amount` of such a lot was sold to `payer` for vault shares worth `payment`;
    /// `lotReturned` goes back to the fund. Refused under what the fund's low value counts it at: the oracle's low
    /// price less the backstop discount.
    /// @param token address of the token
    /// @param payer who pays
    /// @param amount base units of the token
    /// @param payment base units of the loan asset
    /// @param lotReturned base units of the collateral
    function settleInventory(address token, address payer, uint256 amount, uint256 payment, uint256 lotReturned) external;
    /// @notice Who may tighten, and the last tightening of the limit of `token` (the supply cap for the zero address):
    /// `percent` is 0 if there was none or the owner took it back; it is in force before `until`.
    /// @param token address of the token
    /// @return steward who may tighten limits; zero: nobody
    /// @return percent part of the limit that counts, in parts of a hundred; 0: all of it
    /// @return until seconds since 1970
    function stewardship(address token) external view returns (address steward, uint256 percent, uint256 until);
    /// @notice ERC-20: symbol of the shares.
    /// @return symbol of the share token
    function symbol() external view returns (string memory);
    /// @notice For `duration` seconds, at most seven days, rounded up to an even hour, only `percent` (50 to 99) parts
    /// in a hundred of the `borrowLtv` of `token` count, of the supply cap for the zero address; by the steward. While
    /// it is in force it can be made tighter, to the same end; the next starts no sooner than seven days after the
    /// last. The owner takes it back, or confirms it, by setting the parameter.
    /// @param token address of the token
    /// @param percent part of the limit that counts, in parts of a hundred; 0: all of it
    /// @param duration seconds
    function tighten(address token, uint256 percent, uint256 duration) external;
    /// @notice ERC-4626: all assets of the shares' owners.
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
    /// @notice Offer ownership, by the owner; it moves when the new owner accepts.
    /// @param newOwner address of the next owner
    function transferOwnership(address newOwner) external;
    /// @notice End a pause, by the owner.
    /// @param verb 0 deposit and mint, 1 withdraw and redeem, 2 withdrawCollateral, 3 borrow, 4 liquidate
    function unpause(uint256 verb) external;
    /// @notice Arm auto-deleveraging if the fund's cover is under its target, or end it if it is not; by anybody. It is
    /// in force 12 hours after it was armed, and is never armed before the cover first met a target. Returns from when
    /// on it is in force, 0 if it is not armed.
    /// @return from seconds since 1970, 0: not armed
    function updateDeleveraging() external returns (uint256 from);
    /// @notice Move the liquidation threshold of `token` toward where its volatility wants it, by anybody. Returns the
    /// threshold.
    /// @param token address of the token
    /// @return liquidation threshold, WAD
    function updateMargin(address token) external returns (uint256);
    /// @notice What each layer that stands before the lenders has and has to bear, and what the insurance fund is made
    /// of.
    /// @return every layer's state
    function waterfall() external view returns (WaterfallView memory);
    /// @notice ERC-4626: burn shares of `owner` for exactly `assets`.
    /// @param assets base units of the asset: of the vault the loan asset
    /// @param receiver who gets it
    /// @param owner whose it is
    /// @return shares burnt, base units
    function withdraw(uint256 assets, address receiver, address owner) external returns (uint256);
    /// @notice Take `amount` of `token` out of `account`, by its owner or an operator.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param amount base units of the token
    /// @param receiver who gets it
    function withdrawCollateral(bytes32 account, address token, uint256 amount, address receiver) external;
    /// @notice Only by the fund: send `part` of `whole` of its collateral that is in no lot to `receiver`, of the
    /// tokens whose bits are set in `tokens` (in the order of `collaterals`).
    /// @param part of `whole`
    /// @param whole what `part` is counted in
    /// @param tokens a bit for each token, the lowest for the first of the vault's `collaterals`
    /// @param receiver who gets it
    function withdrawInventory(uint256 part, uint256 whole, uint256 tokens, address receiver) external;
}
