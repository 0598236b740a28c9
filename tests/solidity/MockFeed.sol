// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// A price feed with Chainlink's AggregatorV3Interface whose answers anybody may set: for tests only.
contract MockFeed {
    /// The latest round and what every read asks for, in one word: a read loads nothing else.
    struct Latest {
        int120 answer;
        uint48 updatedAt;
        uint72 round;
        uint8 decimals;
        /// While true, every read reverts, as a feed does whose access was taken away.
        bool broken;
    }

    struct Round {
        int120 answer;
        uint48 updatedAt;
    }

    string public description;
    uint256 public constant version = 4;

    Latest private _latest;
    mapping(uint80 roundId => Round) private _rounds;

    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    error AnswerOutOfRange(int256 answer);
    error Broken();
    error NoDataPresent(uint80 roundId);

    constructor(string memory description_, uint8 decimals_, int256 answer) {
        description = description_;
        _latest.decimals = decimals_;
        _push(answer, block.timestamp);
    }

    /// A new round with `answer`, updated now.
    function setAnswer(int256 answer) external {
        _push(answer, block.timestamp);
    }

    /// A new round with `answer`, said to be updated at `updatedAt` (past or future).
    function setAnswerAt(int256 answer, uint256 updatedAt) external {
        _push(answer, updatedAt);
    }

    /// Overwrites when the latest round was updated.
    function setUpdatedAt(uint256 updatedAt) external {
        _latest.updatedAt = uint48(updatedAt);
        _rounds[_latest.round].updatedAt = uint48(updatedAt);
    }

    /// Real feeds never change their decimals; a feed behind a proxy can be replaced by one that has others.
    function setDecimals(uint8 decimals_) external {
        _latest.decimals = decimals_;
    }

    function setBroken(bool broken_) external {
        _latest.broken = broken_;
    }

    function decimals() external view returns (uint8) {
        return _latest.decimals;
    }

    function broken() external view returns (bool) {
        return _latest.broken;
    }

    function latestRound() external view returns (uint80) {
        return _latest.round;
    }

    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        Latest memory latest = _latest;
        if (latest.broken) revert Broken();
        return (latest.round, latest.answer, latest.updatedAt, latest.updatedAt, latest.round);
    }

    function getRoundData(uint80 id)
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        if (_latest.broken) revert Broken();
        if (id == 0 || id > _latest.round) revert NoDataPresent(id);
        Round storage round = _rounds[id];
        return (id, round.answer, round.updatedAt, round.updatedAt, id);
    }

    function _push(int256 answer, uint256 updatedAt) private {
        if (int120(answer) != answer) revert AnswerOutOfRange(answer);
        uint72 round = _latest.round + 1;
        _latest.answer = int120(answer);
        _latest.updatedAt = uint48(updatedAt);
        _latest.round = round;
        _rounds[round] = Round({answer: int120(answer), updatedAt: uint48(updatedAt)});
        emit AnswerUpdated(answer, round, updatedAt);
    }
}
