// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// A pool of pools: an ERC-4626 whose assets are lent through several Breakwater vaults of one loan asset, each a market with its own
/// collaterals and its own risk. What a market earns or loses is earned or lost by all holders here, at once. The owner chooses how much goes
/// where, within the list that the constructor fixed; it can't take anything out.
///
/// A market rounds against who moves, by less than a base unit. Whoever enters or leaves here pays a base unit for each market, so that no step
/// of anybody lowers what a share of the others is worth.
contract VaultOfVaults is ERC4626, Ownable2Step, ReentrancyGuard {
    using Math for uint256;
    using SafeERC20 for IERC20;

    uint256 public constant MOST_MARKETS = 8;
    /// A base unit a market must be next to nothing.
    uint8 public constant LEAST_DECIMALS = 6;

    /// In the order in which deposits fill them; withdrawals empty them from the end.
    IERC4626[] private _markets;
    /// The most that deposits and rebalancing bring into a market, loan asset; interest may go beyond.
    mapping(IERC4626 market => uint256 cap) public capOf;
    mapping(IERC4626 market => bool known) public isMarket;

    event CapSet(IERC4626 indexed market, uint256 cap);
    event Rebalanced(IERC4626 indexed from, IERC4626 indexed to, uint256 assets);

    error InvalidMarkets(uint256 count);
    error InvalidMarket(IERC4626 market);
    error TooFewDecimals(uint8 decimals);
    error CapExceeded(IERC4626 market, uint256 assets, uint256 cap);
    error NothingForIt(uint256 assets);

    constructor(IERC20 asset_, IERC4626[] memory markets_, uint256[] memory caps, address owner_)
        ERC20("Breakwater Pool of Pools", "bwPOP")
        ERC4626(asset_)
        Ownable(owner_)
    {
        if (markets_.length == 0 || markets_.length > MOST_MARKETS || markets_.length != caps.length) {
            revert InvalidMarkets(markets_.length);
        }
        uint8 decimals_ = IERC20Metadata(address(asset_)).decimals();
        if (decimals_ < LEAST_DECIMALS) revert TooFewDecimals(decimals_);
        for (uint256 i = 0; i < markets_.length; i++) {
            IERC4626 market = markets_[i];
            if (isMarket[market] || market.asset() != address(asset_)) revert InvalidMarket(market);
            isMarket[market] = true;
            _markets.push(market);
            _setCap(market, caps[i]);
        }
    }

    // --- the owner ---

    function setCap(IERC4626 market, uint256 cap) external onlyOwner {
        if (!isMarket[market]) revert InvalidMarket(market);
        _setCap(market, cap);
    }

    /// Moves `assets` from one market to another, as far as the one has cash and the other has room.
    function rebalance(IERC4626 from, IERC4626 to, uint256 assets) external onlyOwner nonReentrant {
        if (!isMarket[from] || address(from) == address(to)) revert InvalidMarket(from);
        if (!isMarket[to]) revert InvalidMarket(to);
        from.withdraw(assets, address(this), address(this));
        uint256 after_ = _valueIn(to) + assets;
        if (after_ > capOf[to]) revert CapExceeded(to, after_, capOf[to]);
        _put(to, assets);
        emit Rebalanced(from, to, assets);
    }

    // --- views ---

    function markets() external view returns (IERC4626[] memory) {
        return _markets;
    }

    /// What is here and in all markets, at the markets' own share prices: a loss that a market's lenders share is in it from the call that
    /// recognises it.
    function totalAssets() public view override returns (uint256 total) {
        total = _idle();
        for (uint256 i = 0; i < _markets.length; i++) {
            total += _valueIn(_markets[i]);
        }
    }

    /// What could be paid out now: markets lend, and may be paused.
    function liquidity() public view returns (uint256 total) {
        total = _idle();
        for (uint256 i = 0; i < _markets.length; i++) {
            total += _markets[i].maxWithdraw(address(this));
        }
    }

    function maxDeposit(address) public view override returns (uint256 total) {
        for (uint256 i = 0; i < _markets.length; i++) {
            total = total.saturatingAdd(_roomIn(_markets[i]));
        }
    }

    function maxMint(address receiver) public view override returns (uint256) {
        return previewDeposit(maxDeposit(receiver));
    }

    function maxWithdraw(address owner_) public view override returns (uint256) {
        return previewRedeem(balanceOf(owner_)).min(liquidity());
    }

    function maxRedeem(address owner_) public view override returns (uint256) {
        uint256 available = liquidity();
        if (available == 0) return 0;
        return balanceOf(owner_).min(convertToShares(available + _rounding()));
    }

    function previewDeposit(uint256 assets) public view override returns (uint256) {
        return convertToShares(assets.saturatingSub(_rounding()));
    }

    function previewMint(uint256 shares) public view override returns (uint256) {
        return super.previewMint(shares) + _rounding();
    }

    function previewWithdraw(uint256 assets) public view override returns (uint256) {
        return super.previewWithdraw(assets.saturatingAdd(_rounding()));
    }

    function previewRedeem(uint256 shares) public view override returns (uint256) {
        return convertToAssets(shares).saturatingSub(_rounding());
    }

    // --- money ---

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override nonReentrant {
        if (shares == 0) revert NothingForIt(assets);
        super._deposit(caller, receiver, assets, shares);
        uint256 left = assets;
        for (uint256 i = 0; i < _markets.length && left != 0; i++) {
            uint256 part = left.min(_roomIn(_markets[i]));
            if (part == 0) continue;
            _put(_markets[i], part);
            left -= part;
        }
    }

    function _withdraw(address caller, address receiver, address owner_, uint256 assets, uint256 shares)
        internal
        override
        nonReentrant
    {
        uint256 left = assets.saturatingSub(_idle());
        for (uint256 i = _markets.length; i > 0 && left != 0; i--) {
            IERC4626 market = _markets[i - 1];
            uint256 part = left.min(market.maxWithdraw(address(this)));
            if (part == 0) continue;
            market.withdraw(part, address(this), address(this));
            left -= part;
        }
        super._withdraw(caller, receiver, owner_, assets, shares);
    }

    function _put(IERC4626 market, uint256 assets) private {
        IERC20(asset()).forceApprove(address(market), assets);
        market.deposit(assets, address(this));
    }

    function _setCap(IERC4626 market, uint256 cap) private {
        capOf[market] = cap;
        emit CapSet(market, cap);
    }

    function _idle() private view returns (uint256) {
        return IERC20(asset()).balanceOf(address(this));
    }

    function _valueIn(IERC4626 market) private view returns (uint256) {
        return market.convertToAssets(market.balanceOf(address(this)));
    }

    function _roomIn(IERC4626 market) private view returns (uint256) {
        return capOf[market].saturatingSub(_valueIn(market)).min(market.maxDeposit(address(this)));
    }

    function _rounding() private view returns (uint256) {
        return _markets.length;
    }

    /// Shares are finer than assets: a first deposit can't be rounded away by a gift (see OpenZeppelin's ERC4626).
    function _decimalsOffset() internal pure override returns (uint8) {
        return 6;
    }
}
