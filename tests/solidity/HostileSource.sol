// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// A price feed that misbehaves as it is told to: for tests only.
contract HostileSource {
    uint8 public constant decimals = 8;

    /// 0 answers, 1 reverts, 2 burns all gas, 3 answers 100,000 bytes, 4 answers a byte too few, 5 lies tenfold, 6 reverts with
    /// 100,000 bytes, 7 answers nothing, 8 needs 150,000 gas.
    uint256 public behaviour;
    int256 private _answer;
    uint256 private _updatedAt;

    constructor(int256 answer) {
        _answer = answer;
        _updatedAt = block.timestamp;
    }

    function behave(uint256 behaviour_) external {
        behaviour = behaviour_;
    }

    function setAnswer(int256 answer) external {
        _answer = answer;
        _updatedAt = block.timestamp;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        uint256 kind = behaviour;
        int256 answer = _answer;
        uint256 time = _updatedAt;
        if (kind == 1) revert("broken");
        if (kind == 2) while (true) {}
        if (kind == 5) answer *= 10;
        if (kind == 8) {
            uint256 start = gasleft();
            while (start - gasleft() < 150_000) {}
        }
        if (kind == 6) {
            assembly {
                revert(0, 100000)
            }
        }
        uint256 length = 160;
        if (kind == 3) length = 100_000;
        if (kind == 4) length = 159;
        if (kind == 7) length = 0;
        assembly {
            // Solidity's scratch memory may be overwritten: this is where the call ends.
            mstore(0, 1)
            mstore(32, answer)
            mstore(64, time)
            mstore(96, time)
            mstore(128, 1)
            return(0, length)
        }
    }
}
