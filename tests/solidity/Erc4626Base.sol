// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

/// Somebody else: makes any call in its own name. Errors pass through.
contract Actor {
    function run(address target, bytes calldata data) external returns (bytes memory answer) {
        bool success;
        (success, answer) = target.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }
}

/// What the properties of ERC-4626 have in common: a pool, two other people, and comparisons.
abstract contract Erc4626Base {
    IERC4626 public immutable pool;
    IERC20 public immutable asset;
    Actor public immutable alice;
    Actor public immutable bob;

    /// `left` and `right` are what was compared.
    error Violated(string property, uint256 left, uint256 right);

    constructor(IERC4626 pool_) {
        pool = pool_;
        asset = IERC20(pool_.asset());
        asset.approve(address(pool_), type(uint256).max);
        alice = new Actor();
        bob = new Actor();
    }

    // --- the comparisons ---

    function _equal(string memory property, uint256 left, uint256 right) internal pure {
        if (left != right) revert Violated(property, left, right);
    }

    function _atMost(string memory property, uint256 left, uint256 right) internal pure {
        if (left > right) revert Violated(property, left, right);
    }

    function _atLeast(string memory property, uint256 left, uint256 right) internal pure {
        if (left < right) revert Violated(property, left, right);
    }

    /// A call that this contract makes must revert, with a reason.
    function _refused(string memory property, bytes memory data) internal {
        (bool success, bytes memory reason) = address(pool).call(data);
        if (success) revert Violated(property, 1, 0);
        if (reason.length < 4) revert Violated(property, reason.length, 4);
    }

    function _sameForAll(bytes memory data) internal {
        bytes32 mine = keccak256(Actor(address(this)).run(address(pool), data));
        if (mine != keccak256(alice.run(address(pool), data))) revert Violated("a view depends on who asks", 0, 0);
        if (mine != keccak256(bob.run(address(pool), data))) revert Violated("a view depends on who asks", 0, 0);
    }

    /// As an actor, so that `_sameForAll` asks in this contract's name in the same way.
    function run(address target, bytes calldata data) external returns (bytes memory answer) {
        require(msg.sender == address(this));
        bool success;
        (success, answer) = target.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function _asAlice(bytes memory data) internal returns (uint256) {
        return abi.decode(alice.run(address(pool), data), (uint256));
    }

    function _aliceApproves(address spender, uint256 shares) internal {
        alice.run(address(pool), abi.encodeCall(IERC20.approve, (spender, shares)));
    }

    /// Redeems for this contract; shares worth nothing stay.
    function _redeem(uint256 shares) internal returns (uint256) {
        if (pool.previewRedeem(shares) == 0) return 0;
        return pool.redeem(shares, address(this), address(this));
    }
}
