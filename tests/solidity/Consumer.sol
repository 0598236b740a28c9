// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IVault} from "abi/IVault.sol";

/// Uses the vault as any Solidity program does: through OpenZeppelin's ERC-4626 interface and the generated one. Errors of
/// the vault pass through it, or are caught by their type.
contract Consumer {
    using SafeERC20 for IERC20;

    IERC4626 public immutable pool;
    IERC20 public immutable asset;

    error PreviewDiffers(uint256 preview, uint256 result);

    constructor(IERC4626 pool_) {
        pool = pool_;
        asset = IERC20(pool_.asset());
        asset.forceApprove(address(pool_), type(uint256).max);
    }

    /// Deposits `assets` that this contract has, mints `shares` more, redeems and withdraws all of it: each verb must give
    /// what its preview said.
    function roundTrip(uint256 assets, uint256 shares) external returns (uint256 spent, uint256 received) {
        uint256 preview = pool.previewDeposit(assets);
        _same(preview, pool.deposit(assets, address(this)));
        preview = pool.previewMint(shares);
        spent = assets + _same(preview, pool.mint(shares, address(this)));
        preview = pool.previewRedeem(shares);
        received = _same(preview, pool.redeem(shares, address(this), address(this)));
        uint256 rest = pool.maxWithdraw(address(this));
        preview = pool.previewWithdraw(rest);
        _same(preview, pool.withdraw(rest, address(this), address(this)));
        received += rest;
    }

    /// The vault's error goes to the caller as it is.
    function withdraw(uint256 assets) external {
        pool.withdraw(assets, address(this), address(this));
    }

    /// The vault's error is read by its type: what this contract has, and would need, to redeem `shares`. Zeros without an error.
    function shortfall(uint256 shares) external returns (uint256 available, uint256 needed) {
        try pool.redeem(shares, address(this), address(this)) {
            return (0, 0);
        } catch (bytes memory reason) {
            if (bytes4(reason) != IVault.ERC4626ExceededMaxRedeem.selector) revert PreviewDiffers(0, reason.length);
            assembly ("memory-safe") {
                needed := mload(add(reason, 68))
                available := mload(add(reason, 100))
            }
        }
    }

    function _same(uint256 preview, uint256 result) private pure returns (uint256) {
        if (preview != result) revert PreviewDiffers(preview, result);
        return result;
    }
}
