// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {StableToken} from "./StableToken.sol";

/// A token that calls others when it moves, or keeps a fee: what a vault must not be harmed by. It has the storage of a
/// `StableToken`, and more, so that its code can stand in for one.
contract HookToken is StableToken {
    struct Attempt {
        address target;
        bytes data;
    }

    /// Base units that go missing in each transfer.
    uint256 public fee;
    Attempt[] private _attempts;
    /// What became of the attempts of the last transfer, in order.
    bool[] public succeeded;
    bytes[] public answers;
    bool private _calling;

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    /// Calls `target` with `data` in each transfer from now on.
    function attempt(address target, bytes calldata data) external {
        _attempts.push(Attempt(target, data));
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from == address(0) || to == address(0)) return;
        if (fee != 0) super._update(to, address(0), fee);
        if (_calling || _attempts.length == 0) return;
        _calling = true;
        delete succeeded;
        delete answers;
        for (uint256 i = 0; i < _attempts.length; i++) {
            (bool success, bytes memory answer) = _attempts[i].target.call(_attempts[i].data);
            succeeded.push(success);
            answers.push(answer);
        }
        _calling = false;
    }
}
