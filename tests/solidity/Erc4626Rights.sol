// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Erc4626Base} from "./Erc4626Base.sol";

/// What others may do with an owner's shares, and what nobody may do to a lender; as `Erc4626Properties`.
contract Erc4626Rights is Erc4626Base {
    constructor(IERC4626 pool_) Erc4626Base(pool_) {}

    // --- other people's shares ---

    /// Others take an owner's assets with the owner's allowance of shares only, use up exactly what they burn, and never more.
    function approvals(uint256 assets) external {
        uint256 shares = pool.deposit(assets * 2, address(alice));
        uint256 half = pool.previewWithdraw(assets);
        bytes memory withdraw = abi.encodeCall(IERC4626.withdraw, (assets, address(this), address(alice)));
        bytes memory redeem = abi.encodeCall(IERC4626.redeem, (half, address(this), address(alice)));
        _refused("withdraw of another's without allowance", withdraw);
        _refused("redeem of another's without allowance", redeem);
        _refused("transferFrom without allowance", abi.encodeCall(IERC20.transferFrom, (address(alice), address(this), 1)));

        _aliceApproves(address(this), half - 1);
        _refused("withdraw with too little allowance", withdraw);
        _refused("redeem with too little allowance", redeem);
        _equal("a refused call uses no allowance", pool.allowance(address(alice), address(this)), half - 1);

        // An allowance of the asset is none of shares.
        alice.run(address(asset), abi.encodeCall(IERC20.approve, (address(this), type(uint256).max)));
        _refused("withdraw by an allowance of the asset", withdraw);

        _aliceApproves(address(this), half + 7);
        uint256 burnt = pool.withdraw(assets, address(bob), address(alice));
        _equal("withdraw uses allowance", pool.allowance(address(alice), address(this)), half + 7 - burnt);
        _aliceApproves(address(this), type(uint256).max);
        uint256 rest = shares - burnt;
        uint256 part = rest / 2;
        pool.transferFrom(address(alice), address(bob), part);
        pool.redeem(rest - part, address(bob), address(alice));
        _equal("a boundless allowance stays", pool.allowance(address(alice), address(this)), type(uint256).max);
        _equal("all of it is gone", pool.balanceOf(address(alice)), 0);
        // The owner needs no allowance, and the receiver of shares owns them.
        bob.run(address(pool), abi.encodeCall(IERC4626.redeem, (part, address(this), address(bob))));
        // A deposit for another is paid by the caller.
        uint256 before = asset.balanceOf(address(bob));
        pool.deposit(assets, address(bob));
        _equal("a deposit for another costs the caller", asset.balanceOf(address(bob)), before);
        bob.run(address(pool), abi.encodeCall(IERC4626.redeem, (pool.balanceOf(address(bob)), address(this), address(bob))));
        _aliceApproves(address(this), 0);
    }

    /// Shares are an ERC-20: what one loses another has, also if both are one; nothing goes to nobody; the sum stays.
    function shareToken(uint256 assets) external {
        uint256 shares = pool.deposit(assets, address(this));
        uint256 supply = pool.totalSupply();
        uint256 mine = pool.balanceOf(address(this));
        uint256 hers = pool.balanceOf(address(alice));
        if (!pool.transfer(address(alice), shares / 3)) revert Violated("transfer says false", 0, 0);
        _equal("transfer takes", mine - pool.balanceOf(address(this)), shares / 3);
        _equal("transfer gives", pool.balanceOf(address(alice)) - hers, shares / 3);
        mine = pool.balanceOf(address(this));
        if (!pool.transfer(address(this), mine)) revert Violated("transfer says false", 0, 0);
        _equal("a transfer to oneself", pool.balanceOf(address(this)), mine);
        if (!pool.transfer(address(alice), 0)) revert Violated("transfer of nothing says false", 0, 0);
        _refused("transfer of more than all", abi.encodeCall(IERC20.transfer, (address(alice), mine + 1)));
        _refused("transfer to nobody", abi.encodeCall(IERC20.transfer, (address(0), 1)));
        _equal("supply", pool.totalSupply(), supply);
        alice.run(address(pool), abi.encodeCall(IERC20.transfer, (address(this), shares / 3)));
        _redeem(shares);
    }

    // --- attacks ---

    /// A donation changes no figure of the pool, and cannot be taken by anybody.
    function donation(uint256 assets, uint256 gift) external {
        uint256 shares = pool.deposit(assets, address(this));
        uint256 total = pool.totalAssets();
        uint256 worth = pool.convertToAssets(shares);
        uint256 price = pool.convertToShares(assets);
        asset.transfer(address(pool), gift);
        _equal("totalAssets after a gift", pool.totalAssets(), total);
        _equal("convertToAssets after a gift", pool.convertToAssets(shares), worth);
        _equal("convertToShares after a gift", pool.convertToShares(assets), price);
        _atMost("redeemed after a gift", _redeem(shares), assets);
    }

    /// The first lender gives a little, and a lot for nothing, before the next: that one loses no more than rounding, and the first gains
    /// nothing. For an empty pool.
    function inflation(uint256 first, uint256 gift, uint256 deposited) external {
        _equal("the pool is not empty", pool.totalSupply(), 0);
        asset.transfer(address(alice), first + gift);
        alice.run(address(asset), abi.encodeCall(IERC20.approve, (address(pool), type(uint256).max)));
        uint256 attackers = _asAlice(abi.encodeCall(IERC4626.deposit, (first, address(alice))));
        alice.run(address(asset), abi.encodeCall(IERC20.transfer, (address(pool), gift)));
        uint256 victims = pool.deposit(deposited, address(this));
        if (victims == 0) revert Violated("a deposit for nothing", deposited, 0);
        uint256 back = _redeem(victims);
        // The pool's virtual shares may keep a unit.
        _atLeast("the victim loses more than a unit", back + 1, deposited);
        uint256 gained = attackers == 0 ? 0 : _asAlice(abi.encodeCall(IERC4626.redeem, (attackers, address(alice), address(alice))));
        _atMost("the attacker gains", gained, first);
    }

    // --- EIP-2612 and ERC-1271 ---

    /// The digest of a permit by the standard's text.
    function permitDigest(address owner, address spender, uint256 value, uint256 deadline) external view returns (bytes32) {
        bytes32 kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        IERC20Permit shares = IERC20Permit(address(pool));
        bytes32 message = keccak256(abi.encode(kind, owner, spender, value, shares.nonces(owner), deadline));
        return keccak256(abi.encodePacked(hex"1901", shares.DOMAIN_SEPARATOR(), message));
    }

    /// A permit of `owner` for this contract, as it was signed.
    struct Permit {
        address owner;
        uint256 value;
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// Uses a permit, and then the shares: they are redeemed for the owner. Nothing but what was signed works, and it works once.
    function usePermit(Permit calldata signed) external returns (uint256 received) {
        uint256 nonce = IERC20Permit(address(pool)).nonces(signed.owner);
        Permit memory other = signed;
        other.value += 1;
        _refused("permit of another value", _permit(other, address(this)));
        other.value = signed.value;
        other.deadline += 1;
        _refused("permit of another time", _permit(other, address(this)));
        other.deadline = signed.deadline;
        _refused("permit for another", _permit(other, address(bob)));
        other.owner = address(0);
        _refused("permit of nobody", _permit(other, address(this)));
        other.owner = signed.owner;
        // The sibling of an ECDSA signature: as valid on the curve.
        other.s = bytes32(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141 - uint256(signed.s));
        other.v = signed.v ^ 7;
        _refused("sibling signature", _permit(other, address(this)));
        bytes memory permit = _permit(signed, address(this));
        (bool success,) = address(pool).call(permit);
        if (!success) revert Violated("permit", 0, 0);
        _equal("permit allows", pool.allowance(signed.owner, address(this)), signed.value);
        _equal("permit counts", IERC20Permit(address(pool)).nonces(signed.owner), nonce + 1);
        _refused("permit twice", permit);
        received = pool.redeem(signed.value, signed.owner, signed.owner);
        _equal("permit is used up", pool.allowance(signed.owner, address(this)), 0);
    }

    function _permit(Permit memory signed, address spender) private pure returns (bytes memory) {
        return abi.encodeCall(
            IERC20Permit.permit,
            (signed.owner, spender, signed.value, signed.deadline, signed.v, signed.r, signed.s)
        );
    }
}
