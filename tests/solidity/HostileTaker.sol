// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILiquidationAuction} from "abi/ILiquidationAuction.sol";

/// Takes lots and misbehaves in the callback, as it was told.
contract HostileTaker {
    enum Behaviour {
        Honest,
        WrongSelector,
        Nothing,
        Short,
        Flood,
        Fail,
        BurnGas,
        NoAllowance,
        LessAllowance
    }

    struct Attempt {
        address target;
        bytes data;
    }

    ILiquidationAuction public immutable auction;
    address public immutable vault;
    IERC20 public immutable asset;
    Behaviour public behaviour;

    Attempt[] private _attempts;
    /// What became of the attempts of the last callback, in order.
    bool[] public succeeded;
    bytes[] public answers;

    constructor(ILiquidationAuction auction_, IERC20 asset_) {
        auction = auction_;
        (vault,) = auction_.modules();
        asset = asset_;
    }

    function behave(Behaviour behaviour_) external {
        behaviour = behaviour_;
    }

    /// Calls `target` with `data` in the next callbacks.
    function attempt(address target, bytes calldata data) external {
        _attempts.push(Attempt(target, data));
    }

    function take(uint256 id, uint256 maxLot) external returns (uint256 lotTaken, uint256 paid) {
        return auction.take(id, maxLot, 0, type(uint256).max, block.timestamp, address(this), hex"01");
    }

    function onAuctionTake(uint256, address, address, uint256, uint256 payment, bytes calldata)
        external
        returns (bytes4)
    {
        delete succeeded;
        delete answers;
        for (uint256 i = 0; i < _attempts.length; i++) {
            (bool success, bytes memory answer) = _attempts[i].target.call(_attempts[i].data);
            succeeded.push(success);
            answers.push(answer);
        }
        uint256 allowance = payment;
        if (behaviour == Behaviour.NoAllowance) allowance = 0;
        if (behaviour == Behaviour.LessAllowance) allowance = payment - 1;
        asset.approve(vault, allowance);
        if (behaviour == Behaviour.WrongSelector) return 0xdeadbeef;
        if (behaviour == Behaviour.Fail) revert("no");
        if (behaviour == Behaviour.BurnGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (behaviour == Behaviour.Nothing) {
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        bytes32 selector = bytes32(this.onAuctionTake.selector);
        if (behaviour == Behaviour.Short) {
            assembly ("memory-safe") {
                mstore(0, selector)
                return(0, 4)
            }
        }
        if (behaviour == Behaviour.Flood) {
            // The right answer, and a hundred thousand bytes behind it.
            assembly {
                mstore(0, selector)
                return(0, 100000)
            }
        }
        return this.onAuctionTake.selector;
    }
}
