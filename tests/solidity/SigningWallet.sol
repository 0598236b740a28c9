// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IVault} from "abi/IVault.sol";

/// An owner with code: it has no key, and says itself which digests are its own (ERC-1271).
contract SigningWallet is IERC1271 {
    IERC4626 public immutable pool;
    mapping(bytes32 digest => bool) public signed;

    error StillAllowed(uint256 allowance);

    constructor(IERC4626 pool_) {
        pool = pool_;
        IERC20(pool_.asset()).approve(address(pool_), type(uint256).max);
    }

    function sign(bytes32 digest) external {
        signed[digest] = true;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        // Any number of bytes may be a signature of a contract: here three.
        return signed[digest] && signature.length == 3 ? IERC1271.isValidSignature.selector : bytes4(0);
    }

    function deposit(uint256 assets) external returns (uint256) {
        return pool.deposit(assets, address(this));
    }

    /// Another contract uses this one's signature; `works` as it should.
    function tryPermit(address spender, uint256 value, uint256 deadline, bytes calldata signature) external returns (bool works) {
        try IVault(address(pool)).permit(address(this), spender, value, deadline, signature) {
            return true;
        } catch {
            return false;
        }
    }
}
