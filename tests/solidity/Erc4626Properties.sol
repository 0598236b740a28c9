// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Erc4626Base} from "./Erc4626Base.sol";

/// What ERC-4626 promises, as properties of any pool: each function does something to it and reverts with `Violated` if a promise does
/// not hold. The pool must not be touched by others in the meantime. The contract needs assets of its own.
contract Erc4626Properties is Erc4626Base {
    constructor(IERC4626 pool_) Erc4626Base(pool_) {}

    // --- views ---

    /// The shares are an ERC-20 of the asset's decimals or more; views answer whoever asks, the same to all.
    function views(uint256 assets, uint256 shares) external {
        _atLeast("decimals", pool.decimals(), IERC20Metadata(address(asset)).decimals());
        if (bytes(pool.name()).length == 0 || bytes(pool.symbol()).length == 0) revert Violated("names", 0, 0);
        _equal("nothing is worth nothing", pool.convertToShares(0) + pool.convertToAssets(0), 0);
        _sameForAll(abi.encodeCall(IERC4626.totalAssets, ()));
        _sameForAll(abi.encodeCall(IERC4626.convertToShares, (assets)));
        _sameForAll(abi.encodeCall(IERC4626.convertToAssets, (shares)));
        _sameForAll(abi.encodeCall(IERC4626.previewDeposit, (assets)));
        _sameForAll(abi.encodeCall(IERC4626.previewMint, (shares)));
        _sameForAll(abi.encodeCall(IERC4626.previewWithdraw, (assets)));
        _sameForAll(abi.encodeCall(IERC4626.previewRedeem, (shares)));
        // Conversion rounds down; there and back never gains; more is never worth less.
        _atMost("convert there and back", pool.convertToAssets(pool.convertToShares(assets)), assets);
        _atMost("convert back and there", pool.convertToShares(pool.convertToAssets(shares)), shares);
        _atMost("more assets, more shares", pool.convertToShares(assets), pool.convertToShares(assets + 1));
        _atMost("more shares, more assets", pool.convertToAssets(shares), pool.convertToAssets(shares + 1));
        // Previews are never better than conversion.
        _atMost("previewDeposit", pool.previewDeposit(assets), pool.convertToShares(assets));
        _atMost("previewRedeem", pool.previewRedeem(shares), pool.convertToAssets(shares));
        _atLeast("previewMint", pool.previewMint(shares), pool.convertToAssets(shares));
        _atLeast("previewWithdraw", pool.previewWithdraw(assets), pool.convertToShares(assets));
    }

    // --- the four verbs ---

    /// Each verb gives what its preview said or better, and moves exactly what it says, between the parties it names.
    function previews(uint256 assets, uint256 shares) external {
        uint256 before = asset.balanceOf(address(this));
        uint256 owned = pool.balanceOf(address(alice));
        uint256 preview = pool.previewDeposit(assets);
        uint256 got = pool.deposit(assets, address(alice));
        _atLeast("deposit gives less than its preview", got, preview);
        _equal("deposit takes", before - asset.balanceOf(address(this)), assets);
        _equal("deposit gives", pool.balanceOf(address(alice)) - owned, got);

        before = asset.balanceOf(address(this));
        owned = pool.balanceOf(address(alice));
        preview = pool.previewMint(shares);
        uint256 paid = pool.mint(shares, address(alice));
        _atMost("mint costs more than its preview", paid, preview);
        _equal("mint takes", before - asset.balanceOf(address(this)), paid);
        _equal("mint gives", pool.balanceOf(address(alice)) - owned, shares);

        before = asset.balanceOf(address(bob));
        owned = pool.balanceOf(address(alice));
        uint256 out = paid / 2 + 1;
        preview = pool.previewWithdraw(out);
        uint256 burnt = _asAlice(abi.encodeCall(IERC4626.withdraw, (out, address(bob), address(alice))));
        _atMost("withdraw burns more than its preview", burnt, preview);
        _equal("withdraw gives", asset.balanceOf(address(bob)) - before, out);
        _equal("withdraw burns", owned - pool.balanceOf(address(alice)), burnt);

        before = asset.balanceOf(address(bob));
        owned = pool.balanceOf(address(alice));
        preview = pool.previewRedeem(got);
        uint256 received = _asAlice(abi.encodeCall(IERC4626.redeem, (got, address(bob), address(alice))));
        _atLeast("redeem gives less than its preview", received, preview);
        _equal("redeem gives", asset.balanceOf(address(bob)) - before, received);
        _equal("redeem burns", owned - pool.balanceOf(address(alice)), got);
    }

    /// Eight ways there and back: nobody is better off, whichever way each direction is asked for.
    function roundTrips(uint256 assets, uint256 shares) external {
        uint256 got = pool.deposit(assets, address(this));
        _atMost("deposit, redeem", _redeem(got), assets);
        got = pool.deposit(assets, address(this));
        uint256 burnt = pool.previewWithdraw(assets);
        _atLeast("deposit, withdraw", burnt, got);
        _redeem(got);
        uint256 paid = pool.mint(shares, address(this));
        _atMost("mint, redeem", _redeem(shares), paid);
        paid = pool.mint(shares, address(this));
        _atLeast("mint, withdraw", pool.previewWithdraw(paid), shares);
        _redeem(shares);

        // The other way round: with shares at the start.
        pool.deposit(assets * 2 + pool.previewMint(shares) * 2, address(this));
        uint256 received = _redeem(shares);
        if (received != 0) {
            _atMost("redeem, deposit", pool.previewDeposit(received), shares);
            _atLeast("redeem, mint", pool.mint(shares, address(this)), received);
        }
        burnt = pool.withdraw(assets, address(this), address(this));
        _atMost("withdraw, deposit", pool.deposit(assets, address(this)), burnt);
        burnt = pool.withdraw(assets, address(this), address(this));
        _atLeast("withdraw, mint", pool.mint(burnt, address(this)), assets);
        _redeem(pool.balanceOf(address(this)));
    }

    // --- limits ---

    /// `max*` never revert, for anybody; what they say succeeds, and one more is refused.
    function limits(uint256 assets) external {
        address[4] memory anybody = [address(0), address(this), address(pool), address(alice)];
        for (uint256 i = 0; i < anybody.length; i++) {
            pool.maxDeposit(anybody[i]);
            pool.maxMint(anybody[i]);
            pool.maxWithdraw(anybody[i]);
            pool.maxRedeem(anybody[i]);
        }
        _equal("maxWithdraw of nobody", pool.maxWithdraw(address(alice)), pool.convertToAssets(pool.balanceOf(address(alice))));
        pool.deposit(assets, address(this));
        uint256 owned = pool.balanceOf(address(this));
        uint256 most = pool.maxRedeem(address(this));
        _atMost("maxRedeem", most, owned);
        _refused("redeem over maxRedeem", abi.encodeCall(IERC4626.redeem, (most + 1, address(this), address(this))));
        uint256 mostAssets = pool.maxWithdraw(address(this));
        _refused("withdraw over maxWithdraw", abi.encodeCall(IERC4626.withdraw, (mostAssets + 1, address(this), address(this))));
        pool.withdraw(mostAssets, address(this), address(this));
        pool.deposit(assets, address(this));
        pool.redeem(pool.maxRedeem(address(this)), address(this), address(this));
    }

    /// The pool takes all that `maxDeposit` says, or `maxMint`, and not a unit more.
    function fill(bool byMint) external {
        uint256 most = byMint ? pool.maxMint(address(this)) : pool.maxDeposit(address(this));
        if (byMint) {
            pool.mint(most, address(this));
        } else {
            _refused("deposit over maxDeposit", abi.encodeCall(IERC4626.deposit, (most + 1, address(this))));
            pool.deposit(most, address(this));
            _equal("maxDeposit of a full pool", pool.maxDeposit(address(this)), 0);
            _equal("maxMint of a full pool", pool.maxMint(address(this)), 0);
            _refused("deposit into a full pool", abi.encodeCall(IERC4626.deposit, (1, address(this))));
        }
    }

    /// While most of the pool is lent out: `max*` say what is there, and that much can be had.
    function scarce(bool byRedeem) external {
        uint256 worth = pool.convertToAssets(pool.balanceOf(address(this)));
        uint256 most = pool.maxWithdraw(address(this));
        uint256 mostShares = pool.maxRedeem(address(this));
        if (most == 0 || most >= worth) revert Violated("assets are not scarce", most, worth);
        _atMost("maxRedeem", pool.previewRedeem(mostShares), most);
        _refused("withdraw of what is lent out", abi.encodeCall(IERC4626.withdraw, (most + 1, address(this), address(this))));
        _refused("redeem of what is lent out", abi.encodeCall(IERC4626.redeem, (pool.balanceOf(address(this)), address(this), address(this))));
        if (byRedeem) {
            pool.redeem(mostShares, address(this), address(this));
            _atMost("redeeming maxRedeem leaves a unit", pool.maxWithdraw(address(this)), 1);
        } else {
            pool.withdraw(most, address(this), address(this));
            _equal("maxWithdraw of an empty till", pool.maxWithdraw(address(this)), 0);
            _equal("maxRedeem of an empty till", pool.maxRedeem(address(this)), 0);
        }
    }
}
