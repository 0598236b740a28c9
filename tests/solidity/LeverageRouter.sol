// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IVault} from "abi/IVault.sol";
import {IPool} from "./UniswapTaker.sol";

/// Opens and closes a leveraged position in one transaction, on one Uniswap v3 pool of loan asset and collateral. The pool gives first and is
/// paid in its callback: there the vault's `execute` puts the collateral in and lends straight to the pool, or takes the repayment and pays the
/// pool out of the collateral. The account is judged once, at the end; if anything fails, nothing has happened.
///
/// The router must be an operator of the account's owner, for good or, by two signatures, for one call. It acts for nobody but the owner who
/// calls it, and holds nothing between calls; what strangers send to it stays there.
contract LeverageRouter is ReentrancyGuard {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// Kinds of actions of `IVault.execute`.
    uint8 private constant DEPOSIT = 0;
    uint8 private constant WITHDRAW = 1;
    uint8 private constant BORROW = 2;
    uint8 private constant REPAY = 3;

    /// One beyond the least price of a pool, and one before the greatest: swaps are limited by amounts.
    uint160 private constant LOWEST = 4295128740;
    uint160 private constant HIGHEST = 1461446703485210103287273052203988822378723970341;

    IVault public immutable vault;
    IPool public immutable pool;
    IERC20 public immutable asset;
    IERC20 public immutable collateral;
    bool private immutable _assetIsFirst;

    /// Signatures of the owner over the vault's `SetOperator`: to make the router an operator, and, of the next nonce, to end that. Either may
    /// be empty.
    struct Rights {
        uint256 deadline;
        bytes grant;
        bytes revoke;
    }

    /// What the pool's callback has to do.
    struct Order {
        bool opens;
        bytes32 account;
        /// Opening: collateral from the owner. Closing: debt to repay.
        uint256 amount;
        /// Opening: least collateral to be bought. Closing: most to be sold.
        uint256 limit;
        /// Closing: collateral to be sent to the owner besides; 2^256-1: all that is left.
        uint256 withdrawn;
    }

    error NotAccountOwner(address caller, bytes32 account);
    error NotPool(address caller);
    error NotTradedIn(IPool pool, address token);
    error DeadlinePassed(uint256 deadline, uint256 timestamp);
    error BoughtTooLittle(uint256 bought, uint256 minimum);
    error SoldTooMuch(uint256 sold, uint256 maximum);
    error PoolTooShallow(uint256 received, uint256 needed);
    error NothingOwed(bytes32 account);

    event Opened(bytes32 indexed account, uint256 margin, uint256 bought, uint256 borrowed);
    event Closed(bytes32 indexed account, uint256 repaid, uint256 sold, uint256 withdrawn);

    constructor(IVault vault_, IPool pool_) {
        vault = vault_;
        pool = pool_;
        asset = IERC20(vault_.asset());
        (address first, address second) = (pool_.token0(), pool_.token1());
        _assetIsFirst = first == address(asset);
        if (!_assetIsFirst && second != address(asset)) revert NotTradedIn(pool_, address(asset));
        collateral = IERC20(_assetIsFirst ? second : first);
    }

    // --- verbs ---

    /// Takes `margin` of collateral from the owner, borrows `borrowed`, buys collateral for it, at least `minBought`, and puts all of it into
    /// `account`.
    function open(bytes32 account, uint256 margin, uint256 borrowed, uint256 minBought, uint256 deadline)
        external
        nonReentrant
        returns (uint256 bought)
    {
        return _open(account, margin, borrowed, minBought, deadline);
    }

    /// The same with rights by signature.
    function openWithSignature(
        bytes32 account,
        uint256 margin,
        uint256 borrowed,
        uint256 minBought,
        uint256 deadline,
        Rights calldata rights
    ) external nonReentrant returns (uint256 bought) {
        _take(rights);
        bought = _open(account, margin, borrowed, minBought, deadline);
        _giveBack(rights);
    }

    /// Sells collateral of `account`, at most `maxSold`, for exactly `repaid` (2^256-1: all that is owed), repays, and sends `withdrawn` of
    /// collateral to the owner (2^256-1: all that is left).
    function close(bytes32 account, uint256 repaid, uint256 maxSold, uint256 withdrawn, uint256 deadline)
        external
        nonReentrant
        returns (uint256 sold)
    {
        return _close(account, repaid, maxSold, withdrawn, deadline);
    }

    /// The same with rights by signature.
    function closeWithSignature(
        bytes32 account,
        uint256 repaid,
        uint256 maxSold,
        uint256 withdrawn,
        uint256 deadline,
        Rights calldata rights
    ) external nonReentrant returns (uint256 sold) {
        _take(rights);
        sold = _close(account, repaid, maxSold, withdrawn, deadline);
        _giveBack(rights);
    }

    /// Called by the pool when it has given and wants to be paid. The pool calls whoever called its `swap`, so `data` is this contract's own.
    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata data) external {
        if (msg.sender != address(pool)) revert NotPool(msg.sender);
        (int256 due, int256 given) = amount0 > 0 ? (amount0, amount1) : (amount1, amount0);
        Order memory order = abi.decode(data, (Order));
        if (order.opens) {
            _finishOpening(order, uint256(due), uint256(-given));
        } else {
            _finishClosing(order, uint256(due), uint256(-given));
        }
    }

    // --- opening ---

    function _open(bytes32 account, uint256 margin, uint256 borrowed, uint256 minBought, uint256 deadline)
        private
        returns (uint256)
    {
        _require(account, deadline);
        if (margin != 0) collateral.safeTransferFrom(msg.sender, address(this), margin);
        int256 given = _swap(_assetIsFirst, borrowed.toInt256(), Order(true, account, margin, minBought, 0));
        return uint256(-given);
    }

    function _finishOpening(Order memory order, uint256 due, uint256 bought) private {
        if (bought < order.limit) revert BoughtTooLittle(bought, order.limit);
        uint256 added = order.amount + bought;
        collateral.forceApprove(address(vault), added);
        vault.execute(
            order.account,
            bytes.concat(
                abi.encode(DEPOSIT, address(collateral), added, address(0)),
                abi.encode(BORROW, address(0), due, address(pool))
            )
        );
        emit Opened(order.account, order.amount, bought, due);
    }

    // --- closing ---

    function _close(bytes32 account, uint256 repaid, uint256 maxSold, uint256 withdrawn, uint256 deadline)
        private
        returns (uint256)
    {
        _require(account, deadline);
        // Exact in this very call, interest included.
        uint256 debt = vault.debtOf(account);
        if (repaid > debt) repaid = debt;
        if (repaid == 0) revert NothingOwed(account);
        int256 sold =
            _swap(!_assetIsFirst, -repaid.toInt256(), Order(false, account, repaid, maxSold, withdrawn));
        return uint256(sold);
    }

    function _finishClosing(Order memory order, uint256 sold, uint256 received) private {
        if (sold > order.limit) revert SoldTooMuch(sold, order.limit);
        if (received != order.amount) revert PoolTooShallow(received, order.amount);
        uint256 rest = order.withdrawn;
        if (rest == type(uint256).max) {
            (uint256 free,) = vault.collateralOf(order.account, address(collateral));
            // If that is less than what was sold the vault says so.
            rest = free > sold ? free - sold : 0;
        }
        bytes memory actions = bytes.concat(
            abi.encode(REPAY, address(0), received, address(0)),
            abi.encode(WITHDRAW, address(collateral), sold, address(pool))
        );
        if (rest != 0) {
            address owner = _ownerOf(order.account);
            actions = bytes.concat(actions, abi.encode(WITHDRAW, address(collateral), rest, owner));
        }
        asset.forceApprove(address(vault), received);
        vault.execute(order.account, actions);
        emit Closed(order.account, received, sold, rest);
    }

    // --- common ---

    /// Swaps a positive amount in, or a negative amount out. Returns the pool's other amount.
    function _swap(bool zeroForOne, int256 amount, Order memory order) private returns (int256) {
        (int256 amount0, int256 amount1) =
            pool.swap(address(this), zeroForOne, amount, zeroForOne ? LOWEST : HIGHEST, abi.encode(order));
        return zeroForOne == (amount > 0) ? amount1 : amount0;
    }

    function _require(bytes32 account, uint256 deadline) private view {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
        if (msg.sender != _ownerOf(account)) revert NotAccountOwner(msg.sender, account);
    }

    function _ownerOf(bytes32 account) private pure returns (address) {
        return address(bytes20(account));
    }

    /// A signature that somebody else has used before is no reason to fail: if the right is missing, the vault says so.
    function _take(Rights calldata rights) private {
        if (rights.grant.length == 0) return;
        try vault.setOperatorBySignature(msg.sender, address(this), true, rights.deadline, rights.grant) {} catch {}
    }

    function _giveBack(Rights calldata rights) private {
        if (rights.revoke.length == 0) return;
        vault.setOperatorBySignature(msg.sender, address(this), false, rights.deadline, rights.revoke);
    }
}
