//! The liquidation auction: Dutch, taken in part or whole.

interface! {
    /// What `takeBatch` is to take of one auction; each field as in `take`.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Order {
        uint256 id;
        uint256 maxLot;
        uint256 minLot;
        uint256 maxPrice;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface ILiquidationAuction {
        /// A lot is for sale from price `top` on (1e36 scale), to raise `tab`; `price` is the oracle's at that moment. `rate` is what the
        /// price falls by: seconds to zero, or the factor a second or a step; the rest of its curve is the token's at that moment.
        event Started(uint256 indexed id, bytes32 indexed account, address indexed token, uint256 lot, uint256 tab, uint256 debt, uint256 top, uint256 price, uint256 rate, address keeper);
        /// `lotTaken` was sold at `price` for `paid`; `lot` and `tab` are what is left.
        event Taken(uint256 indexed id, bytes32 indexed account, address indexed taker, address receiver, uint256 lotTaken, uint256 paid, uint256 price, uint256 lot, uint256 tab);
        /// The price starts again from `top`, on the token's curve of now; `price` and `rate` as in `Started`.
        event Restarted(uint256 indexed id, uint256 top, uint256 price, uint256 rate, address keeper);
        /// The auction is over: `lotReturned` went back to the account, `tabLeft` was not raised.
        event Ended(uint256 indexed id, bytes32 indexed account, uint256 lotReturned, uint256 tabLeft);
        /// The owner ended the auction: `Ended` says what went back.
        event Cancelled(uint256 indexed id);
        /// 0: none, 1: no start, 2: no start or reset, 3: no start, reset or take.
        event StopSet(uint8 level);
        /// The adapter halted `token`: what was started until now needs a reset.
        event Tripped(address indexed token);
        event CurveSet(address indexed token, uint8 kind, uint256 buffer, uint256 rate, uint256 step, uint256 floor, uint256 cap, uint256 tail, uint256 cusp);
        event DustSet(uint256 dust);
        event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
        event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

        error NotAuthorized(address caller);
        error Locked();
        error ZeroAddress();
        error ZeroAmount();
        error MathOverflow();
        error AmountTooLarge(uint256 amount);
        /// No live auction has this id.
        error UnknownAuction(uint256 id);
        /// The verb is stopped at this level.
        error Stopped(uint8 level);
        /// `trip` while the adapter does not halt the token.
        error NotHalted(address token, uint8 status);
        /// The price ran out or fell too low, the token was halted or the sequencer down since the start: `reset` first.
        error NeedsReset(uint256 id);
        /// Neither too old nor too low to be reset.
        error ResetNotNeeded(uint256 id);
        /// `close` before the claim is paid.
        error ClaimNotPaid(uint256 id, uint256 outstanding);
        error DeadlinePassed(uint256 deadline, uint256 timestamp);
        error PriceAboveMaximum(uint256 price, uint256 maximum);
        /// What could be taken is less than the taker's minimum.
        error LotBelowMinimum(uint256 lot, uint256 minimum);
        /// The remainder would be dust, and the whole is more than the taker wants.
        error RemainderIsDust(uint256 remainder, uint256 dust);
        /// A module can't be the receiver.
        error InvalidReceiver(address receiver);
        /// The receiver's callback failed or returned something else than its selector.
        error CallbackFailed(address receiver);
        error CurveNotSet(address token);
        error PriceNotOk(address token, uint8 status);
        /// The claim is paid, so nothing is sold for it: `close` the auction.
        error NothingOwed(uint256 id);
        /// The module's answer is not what its interface says.
        error InvalidAnswer(address module);
        error ParameterOutOfBounds(bytes32 parameter, uint256 value);

        /// Without a `tab` the lot is the fund's: it raises what it brings, in vault shares, by the curve for such lots, and without callback.
        /// Only by the vault: put `lot` of `token` of `account` up for sale, to raise `tab`, of which `debt` is debt; `price` and
        /// `volatility` are the oracle's.
        function start(bytes32 account, address token, uint256 lot, uint256 tab, uint256 debt, uint256 price, uint256 volatility, address keeper) external returns (uint256 id);
        /// Buy at most `maxLot`, at least `minLot`, at no more than `maxPrice` (1e36 scale), no later than `deadline`. The collateral goes to
        /// `receiver`; with `data`, `onAuctionTake` is called on it; then the payment is pulled from the caller.
        function take(uint256 id, uint256 maxLot, uint256 minLot, uint256 maxPrice, uint256 deadline, address receiver, bytes calldata data) external returns (uint256 lotTaken, uint256 paid);
        /// `take` of several auctions, each with its callback and payment. Orders that `take` would refuse for the state of their auction
        /// (gone, too dear, in need of a reset, too little left) are skipped. Returns how many were bought from, and what was paid.
        function takeBatch(Order[] calldata orders, uint256 deadline, address receiver, bytes calldata data) external returns (uint256 taken, uint256 paid);
        /// Only by the fund: `take` of at most `maxLot`, paid with the fund's vault shares, while the price is at or under the adapter's low price less
        /// the vault's backstop discount. `paid` is what it was worth to the claim; `sharesLeft` is above the fund's minimum.
        function absorb(uint256 id, uint256 maxLot) external returns (uint256 lotTaken, uint256 paid, uint256 sharesBurned, uint256 sharesLeft);
        /// Start the price again, once the auction is too old or its price too low, or its clock was interrupted.
        function reset(uint256 id, address keeper) external;
        /// End an auction whose claim has been paid by other means: the lot goes back to the account.
        function close(uint256 id) external;
        /// Only by the owner, at any stop level: end an auction. The lot goes back to the account; the claim stays.
        function cancel(uint256 id) external;
        /// While the adapter halts `token`, by anybody: its running auctions need a reset, which needs a good price.
        function trip(address token) external;

        /// What `take(id, maxLot, 0, 2^256-1, now, ..)` would buy now, and at which price.
        function quote(uint256 id, uint256 maxLot) external view returns (uint256 lotTaken, uint256 payment, uint256 price);
        function statusOf(uint256 id) external view returns (bool live, bool needsReset, uint256 price, uint256 lot, uint256 tab, uint256 debt, bytes32 account, address token, uint256 startedAt, uint256 top);
        /// Ids of live auctions, `limit` at most, from the `offset`-th on.
        function active(uint256 offset, uint256 limit) external view returns (uint256[] memory);
        function activeCount() external view returns (uint256);
        function curveOf(address token) external view returns (uint8 kind, uint256 buffer, uint256 rate, uint256 step, uint256 floor, uint256 cap, uint256 tail, uint256 cusp);
        /// The same of the curve for lots of the fund.
        function inventoryCurveOf(address token) external view returns (uint8 kind, uint256 buffer, uint256 rate, uint256 step, uint256 floor, uint256 cap, uint256 tail, uint256 cusp);
        function dust() external view returns (uint256);
        /// 0: none, 1: no start, 2: no start or reset, 3: no start, reset or take.
        function stopLevel() external view returns (uint8);
        /// When `token` was tripped last, 0 if never: what was started until then needs a reset.
        function trippedAt(address token) external view returns (uint256);
        function modules() external view returns (address vault, address oracle);

        /// `kind` 0: linear, `rate` = seconds to zero; 1: exponential, `rate` = factor a second in WAD; 2: stairstep exponential, `rate` = factor
        /// a `step` in WAD, `step` in seconds; 3: volatility-scaled exponential, `rate` = c in WAD, decay a second =
        /// c·volatility/root of a year, within `floor` and `cap` (WAD), fixed at start or reset. What a kind does not use is 0.
        /// `buffer` and `cusp` in WAD, `tail` in seconds; `cusp·buffer` must be under 1 less the vault's backstop discount.
        /// Kinds 4 to 7 are these for lots of the fund, with any `cusp`: such a lot is never sold under the low price less the backstop discount.
        function setCurve(address token, uint8 kind, uint256 buffer, uint256 rate, uint256 step, uint256 floor, uint256 cap, uint256 tail, uint256 cusp) external;
        function setStop(uint8 level) external;
        /// Smallest remainder of an auction, in loan asset.
        function setDust(uint256 dust) external;
        function owner() external view returns (address);
        function pendingOwner() external view returns (address);
        function transferOwnership(address newOwner) external;
        function acceptOwnership() external;
    }

    /// What a receiver implements to be called between getting the collateral and paying for it.
    #[derive(Debug, PartialEq, Eq)]
    interface IAuctionTaker {
        /// Must return its own selector. `payment` is pulled from `taker`, the caller of `take`, right after.
        function onAuctionTake(uint256 id, address taker, address token, uint256 lotTaken, uint256 payment, bytes calldata data) external returns (bytes4);
    }
}
