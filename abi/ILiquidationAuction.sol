// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces and abi/units.json by `cargo xtask abi`.
pragma solidity ^0.8.4;

interface ILiquidationAuction {
    /// What `takeBatch` is to take of one auction; each field as in `take`.
    struct Order {
        // number of the auction
        uint256 id;
        // most of the lot to take, base units of its token
        uint256 maxLot;
        // least of the lot to take, base units of its token
        uint256 minLot;
        // value of a base unit in base units of the loan asset, times 1e36
        uint256 maxPrice;
    }

    /// @notice A figure does not fit the books (128 bits).
    /// @param amount the figure that does not fit, base units
    error AmountTooLarge(uint256 amount);
    /// @notice The receiver's callback failed or returned something else than its selector.
    /// @param receiver who gets it
    error CallbackFailed(address receiver);
    /// @notice `close` before the claim is paid.
    /// @param id number of the auction
    /// @param outstanding what may still be paid on the claim, base units of the loan asset
    error ClaimNotPaid(uint256 id, uint256 outstanding);
    /// @notice The token has no curve yet.
    /// @param token address of the token
    error CurveNotSet(address token);
    /// @notice The deadline is over.
    /// @param deadline last time at which this is valid, seconds since 1970
    /// @param timestamp time of the block, seconds since 1970
    error DeadlinePassed(uint256 deadline, uint256 timestamp);
    /// @notice The module's answer is not what its interface says.
    /// @param module address of the module
    error InvalidAnswer(address module);
    /// @notice A module can't be the receiver.
    /// @param receiver who gets it
    error InvalidReceiver(address receiver);
    /// @notice The module is in the middle of another call.
    error Locked();
    /// @notice What could be taken is less than the taker's minimum.
    /// @param lot collateral for sale, base units of its token
    /// @param minimum base units of the collateral
    error LotBelowMinimum(uint256 lot, uint256 minimum);
    /// @notice A result left the range of 256 bits.
    error MathOverflow();
    /// @notice The price ran out or fell too low, the token was halted or the sequencer down since the start: `reset`
    /// first.
    /// @param id number of the auction
    error NeedsReset(uint256 id);
    /// @notice The caller has no right to this call.
    /// @param caller who called
    error NotAuthorized(address caller);
    /// @notice `trip` while the adapter does not halt the token.
    /// @param token address of the token
    /// @param status 0 Ok, 1 Stale, 2 Disagree, 3 Halted, 4 SequencerDown, 5 NoQuorum
    error NotHalted(address token, uint8 status);
    /// @notice The claim is paid, so nothing is sold for it: `close` the auction.
    /// @param id number of the auction
    error NothingOwed(uint256 id);
    /// @notice The parameter is outside the bounds that hold on chain.
    /// @param parameter name of the parameter, text padded with zero bytes
    /// @param value what it was set to
    error ParameterOutOfBounds(bytes32 parameter, uint256 value);
    /// @notice The price is above the taker's maximum.
    /// @param price value of a base unit in base units of the loan asset, times 1e36
    /// @param maximum value of a base unit in base units of the loan asset, times 1e36
    error PriceAboveMaximum(uint256 price, uint256 maximum);
    /// @notice The token has no good price now.
    /// @param token address of the token
    /// @param status 0 Ok, 1 Stale, 2 Disagree, 3 Halted, 4 SequencerDown, 5 NoQuorum
    error PriceNotOk(address token, uint8 status);
    /// @notice The remainder would be dust, and the whole is more than the taker wants.
    /// @param remainder base units of the loan asset
    /// @param dust least remainder of an auction, base units of the loan asset
    error RemainderIsDust(uint256 remainder, uint256 dust);
    /// @notice Neither too old nor too low to be reset.
    /// @param id number of the auction
    error ResetNotNeeded(uint256 id);
    /// @notice The verb is stopped at this level.
    /// @param level 0 none, 1 no start, 2 no start or reset, 3 no start, reset or take
    error Stopped(uint8 level);
    /// @notice No live auction has this id.
    /// @param id number of the auction
    error UnknownAuction(uint256 id);
    /// @notice An address that must not be zero is zero.
    error ZeroAddress();
    /// @notice An amount that must not be zero is zero.
    error ZeroAmount();

    /// @notice The owner ended the auction: `Ended` says what went back.
    /// @param id number of the auction
    event Cancelled(uint256 indexed id);
    /// @notice The auction's curve of a token was set.
    /// @param token address of the token
    /// @param kind number of the kind
    /// @param buffer first price over the oracle's, WAD
    /// @param rate what the price falls by, as `setCurve` says for each kind
    /// @param step seconds of a step
    /// @param floor least decay a second, WAD
    /// @param cap greatest decay a second, WAD
    /// @param tail seconds after which an auction needs a reset
    /// @param cusp part of the first price under which an auction needs a reset, WAD
    event CurveSet(address indexed token, uint8 kind, uint256 buffer, uint256 rate, uint256 step, uint256 floor, uint256 cap, uint256 tail, uint256 cusp);
    /// @notice The least remainder of an auction was set.
    /// @param dust least remainder of an auction, base units of the loan asset
    event DustSet(uint256 dust);
    /// @notice The auction is over: `lotReturned` went back to the account, `tabLeft` was not raised.
    /// @param id number of the auction
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param lotReturned base units of the collateral
    /// @param tabLeft what was not raised, base units of the loan asset
    event Ended(uint256 indexed id, bytes32 indexed account, uint256 lotReturned, uint256 tabLeft);
    /// @notice `newOwner` may accept ownership.
    /// @param previousOwner address of the owner until now
    /// @param newOwner address of the next owner
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    /// @notice `newOwner` accepted ownership.
    /// @param previousOwner address of the owner until now
    /// @param newOwner address of the next owner
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    /// @notice The price starts again from `top`, on the token's curve of now; `price` and `rate` as in `Started`.
    /// @param id number of the auction
    /// @param top first price, value of a base unit in base units of the loan asset, times 1e36
    /// @param price value of a base unit in base units of the loan asset, times 1e36
    /// @param rate what the price falls by, as `setCurve` says for each kind
    /// @param keeper who is credited the reward; zero: nobody
    event Restarted(uint256 indexed id, uint256 top, uint256 price, uint256 rate, address keeper);
    /// @notice A lot is for sale from price `top` on (1e36 scale), to raise `tab`; `price` is the oracle's at that
    /// moment. `rate` is what the price falls by: seconds to zero, or the factor a second or a step; the rest of its
    /// curve is the token's at that moment.
    /// @param id number of the auction
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param lot collateral for sale, base units of its token
    /// @param tab what the auction is to raise, base units of the loan asset
    /// @param debt base units of the loan asset, rounded up
    /// @param top first price, value of a base unit in base units of the loan asset, times 1e36
    /// @param price value of a base unit in base units of the loan asset, times 1e36
    /// @param rate what the price falls by, as `setCurve` says for each kind
    /// @param keeper who is credited the reward; zero: nobody
    event Started(uint256 indexed id, bytes32 indexed account, address indexed token, uint256 lot, uint256 tab, uint256 debt, uint256 top, uint256 price, uint256 rate, address keeper);
    /// @notice 0: none, 1: no start, 2: no start or reset, 3: no start, reset or take.
    /// @param level 0 none, 1 no start, 2 no start or reset, 3 no start, reset or take
    event StopSet(uint8 level);
    /// @notice `lotTaken` was sold at `price` for `paid`; `lot` and `tab` are what is left.
    /// @param id number of the auction
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param taker who called `take`, and pays
    /// @param receiver who gets it
    /// @param lotTaken base units of the collateral
    /// @param paid base units of the loan asset
    /// @param price value of a base unit in base units of the loan asset, times 1e36
    /// @param lot collateral for sale, base units of its token
    /// @param tab what the auction is to raise, base units of the loan asset
    event Taken(uint256 indexed id, bytes32 indexed account, address indexed taker, address receiver, uint256 lotTaken, uint256 paid, uint256 price, uint256 lot, uint256 tab);
    /// @notice The adapter halted `token`: what was started until now needs a reset.
    /// @param token address of the token
    event Tripped(address indexed token);

    /// @notice Only by the fund: `take` of at most `maxLot`, paid with the fund's vault shares, while the price is at
    /// or under the adapter's low price less the vault's backstop discount. `paid` is what it was worth to the claim;
    /// `sharesLeft` is above the fund's minimum.
    /// @param id number of the auction
    /// @param maxLot most of the lot to take, base units of its token
    /// @return lotTaken base units of the collateral
    /// @return paid base units of the loan asset
    /// @return sharesBurned vault shares of the fund, base units
    /// @return sharesLeft vault shares of the fund above its minimum, base units
    function absorb(uint256 id, uint256 maxLot) external returns (uint256 lotTaken, uint256 paid, uint256 sharesBurned, uint256 sharesLeft);
    /// @notice Accept ownership, by the pending owner.
    function acceptOwnership() external;
    /// @notice Ids of live auctions, `limit` at most, from the `offset`-th on.
    /// @param offset number of entries to leave out
    /// @param limit most entries to return
    /// @return numbers of auctions
    function active(uint256 offset, uint256 limit) external view returns (uint256[] memory);
    /// @notice How many auctions are live.
    /// @return number of live auctions
    function activeCount() external view returns (uint256);
    /// @notice Only by the owner, at any stop level: end an auction. The lot goes back to the account; the claim stays.
    /// @param id number of the auction
    function cancel(uint256 id) external;
    /// @notice End an auction whose claim has been paid by other means: the lot goes back to the account.
    /// @param id number of the auction
    function close(uint256 id) external;
    /// @notice The auction's curve of a token, as `setCurve` has it.
    /// @param token address of the token
    /// @return kind number of the kind
    /// @return buffer first price over the oracle's, WAD
    /// @return rate what the price falls by, as `setCurve` says for each kind
    /// @return step seconds of a step
    /// @return floor least decay a second, WAD
    /// @return cap greatest decay a second, WAD
    /// @return tail seconds after which an auction needs a reset
    /// @return cusp part of the first price under which an auction needs a reset, WAD
    function curveOf(address token) external view returns (uint8 kind, uint256 buffer, uint256 rate, uint256 step, uint256 floor, uint256 cap, uint256 tail, uint256 cusp);
    /// @notice The least remainder of an auction.
    /// @return base units of the loan asset
    function dust() external view returns (uint256);
    /// @notice The same of the curve for lots of the fund.
    /// @param token address of the token
    /// @return kind number of the kind
    /// @return buffer first price over the oracle's, WAD
    /// @return rate what the price falls by, as `setCurve` says for each kind
    /// @return step seconds of a step
    /// @return floor least decay a second, WAD
    /// @return cap most that is allowed, base units: of the token for collateral, of the loan asset for debt
    /// @return tail seconds after which an auction needs a reset
    /// @return cusp part of the first price under which an auction needs a reset, WAD
    function inventoryCurveOf(address token) external view returns (uint8 kind, uint256 buffer, uint256 rate, uint256 step, uint256 floor, uint256 cap, uint256 tail, uint256 cusp);
    /// @notice The other modules and programs.
    /// @return vault address of the vault
    /// @return oracle address of the oracle adapter
    function modules() external view returns (address vault, address oracle);
    /// @notice Who administers.
    /// @return address of the owner
    function owner() external view returns (address);
    /// @notice Who may accept ownership.
    /// @return address of who may accept ownership; zero: nobody
    function pendingOwner() external view returns (address);
    /// @notice What `take(id, maxLot, 0, 2^256-1, now, ..)` would buy now, and at which price.
    /// @param id number of the auction
    /// @param maxLot most of the lot to take, base units of its token
    /// @return lotTaken base units of the collateral
    /// @return payment base units of the loan asset
    /// @return price value of a base unit in base units of the loan asset, times 1e36
    function quote(uint256 id, uint256 maxLot) external view returns (uint256 lotTaken, uint256 payment, uint256 price);
    /// @notice Start the price again, once the auction is too old or its price too low, or its clock was interrupted.
    /// @param id number of the auction
    /// @param keeper who is credited the reward; zero: nobody
    function reset(uint256 id, address keeper) external;
    /// @notice `kind` 0: linear, `rate` = seconds to zero; 1: exponential, `rate` = factor a second in WAD; 2:
    /// stairstep exponential, `rate` = factor a `step` in WAD, `step` in seconds; 3: volatility-scaled exponential,
    /// `rate` = c in WAD, decay a second = c·volatility/root of a year, within `floor` and `cap` (WAD), fixed at start
    /// or reset. What a kind does not use is 0. `buffer` and `cusp` in WAD, `tail` in seconds; `cusp·buffer` must be
    /// under 1 less the vault's backstop discount. Kinds 4 to 7 are these for lots of the fund, with any `cusp`: such a
    /// lot is never sold under the low price less the backstop discount.
    /// @param token address of the token
    /// @param kind number of the kind
    /// @param buffer first price over the oracle's, WAD
    /// @param rate what the price falls by, as `setCurve` says for each kind
    /// @param step seconds of a step
    /// @param floor least decay a second, WAD
    /// @param cap greatest decay a second, WAD
    /// @param tail seconds after which an auction needs a reset
    /// @param cusp part of the first price under which an auction needs a reset, WAD
    function setCurve(address token, uint8 kind, uint256 buffer, uint256 rate, uint256 step, uint256 floor, uint256 cap, uint256 tail, uint256 cusp) external;
    /// @notice Smallest remainder of an auction, in loan asset.
    /// @param dust least remainder of an auction, base units of the loan asset
    function setDust(uint256 dust) external;
    /// @notice Set the stop level, by the owner.
    /// @param level 0 none, 1 no start, 2 no start or reset, 3 no start, reset or take
    function setStop(uint8 level) external;
    /// @notice Without a `tab` the lot is the fund's: it raises what it brings, in vault shares, by the curve for such
    /// lots, and without callback. Only by the vault: put `lot` of `token` of `account` up for sale, to raise `tab`, of
    /// which `debt` is debt; `price` and `volatility` are the oracle's.
    /// @param account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @param token address of the token
    /// @param lot collateral for sale, base units of its token
    /// @param tab what the auction is to raise, base units of the loan asset
    /// @param debt base units of the loan asset, rounded up
    /// @param price value of a base unit in base units of the loan asset, times 1e36
    /// @param volatility annualised, WAD
    /// @param keeper who is credited the reward; zero: nobody
    /// @return id number of the auction
    function start(bytes32 account, address token, uint256 lot, uint256 tab, uint256 debt, uint256 price, uint256 volatility, address keeper) external returns (uint256 id);
    /// @notice The state of an auction.
    /// @param id number of the auction
    /// @return live true while the auction runs
    /// @return needsReset true if it must be reset before anybody can take
    /// @return price value of a base unit in base units of the loan asset, times 1e36
    /// @return lot collateral for sale, base units of its token
    /// @return tab what the auction is to raise, base units of the loan asset
    /// @return debt base units of the loan asset, rounded up
    /// @return account the account: its owner's address (20 bytes), then an index of the owner's choice (12 bytes)
    /// @return token address of the token
    /// @return startedAt seconds since 1970
    /// @return top first price, value of a base unit in base units of the loan asset, times 1e36
    function statusOf(uint256 id) external view returns (bool live, bool needsReset, uint256 price, uint256 lot, uint256 tab, uint256 debt, bytes32 account, address token, uint256 startedAt, uint256 top);
    /// @notice 0: none, 1: no start, 2: no start or reset, 3: no start, reset or take.
    /// @return 0 none, 1 no start, 2 no start or reset, 3 no start, reset or take
    function stopLevel() external view returns (uint8);
    /// @notice Buy at most `maxLot`, at least `minLot`, at no more than `maxPrice` (1e36 scale), no later than
    /// `deadline`. The collateral goes to `receiver`; with `data`, `onAuctionTake` is called on it; then the payment is
    /// pulled from the caller.
    /// @param id number of the auction
    /// @param maxLot most of the lot to take, base units of its token
    /// @param minLot least of the lot to take, base units of its token
    /// @param maxPrice value of a base unit in base units of the loan asset, times 1e36
    /// @param deadline last time at which this is valid, seconds since 1970
    /// @param receiver who gets it
    /// @param data passed on to the receiver's callback; empty: no callback
    /// @return lotTaken base units of the collateral
    /// @return paid base units of the loan asset
    function take(uint256 id, uint256 maxLot, uint256 minLot, uint256 maxPrice, uint256 deadline, address receiver, bytes memory data) external returns (uint256 lotTaken, uint256 paid);
    /// @notice `take` of several auctions, each with its callback and payment. Orders that `take` would refuse for the
    /// state of their auction (gone, too dear, in need of a reset, too little left) are skipped. Returns how many were
    /// bought from, and what was paid.
    /// @param orders what to take of which auction, in this order
    /// @param deadline last time at which this is valid, seconds since 1970
    /// @param receiver who gets it
    /// @param data passed on to the receiver's callback; empty: no callback
    /// @return taken number of auctions bought from
    /// @return paid base units of the loan asset
    function takeBatch(Order[] memory orders, uint256 deadline, address receiver, bytes memory data) external returns (uint256 taken, uint256 paid);
    /// @notice Offer ownership, by the owner; it moves when the new owner accepts.
    /// @param newOwner address of the next owner
    function transferOwnership(address newOwner) external;
    /// @notice While the adapter halts `token`, by anybody: its running auctions need a reset, which needs a good
    /// price.
    /// @param token address of the token
    function trip(address token) external;
    /// @notice When `token` was tripped last, 0 if never: what was started until then needs a reset.
    /// @param token address of the token
    /// @return seconds since 1970, 0 if never
    function trippedAt(address token) external view returns (uint256);
}
