// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// A price feed with Chainlink's AggregatorV3Interface whose answers anybody may set: for tests only.
contract MockFeed {
    /// One word, as in Chainlink's aggregators.
    struct Round {
        int192 answer;
        uint64 updatedAt;
    }

    string public description;
    uint256 public constant version = 4;
    uint8 public decimals;
    uint80 public latestRound;
    /// While true, every read reverts, as a feed does whose access was taken away.
    bool public broken;

    mapping(uint80 roundId => Round) private _rounds;

    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    error AnswerOutOfRange(int256 answer);
    error Broken();
    error NoDataPresent(uint80 roundId);

    constructor(string memory description_, uint8 decimals_, int256 answer) {
        description = description_;
        decimals = decimals_;
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
        _rounds[latestRound].updatedAt = uint64(updatedAt);
    }

    /// Real feeds never change their decimals; a feed behind a proxy can be replaced by one that has others.
    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function setBroken(bool broken_) external {
        broken = broken_;
    }

    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return getRoundData(latestRound);
    }

    function getRoundData(uint80 id)
        public
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        if (broken) revert Broken();
        if (id == 0 || id > latestRound) revert NoDataPresent(id);
        Round storage round = _rounds[id];
        return (id, round.answer, round.updatedAt, round.updatedAt, id);
    }

    function _push(int256 answer, uint256 updatedAt) private {
        if (int192(answer) != answer) revert AnswerOutOfRange(answer);
        uint80 id = ++latestRound;
        _rounds[id] = Round({answer: int192(answer), updatedAt: uint64(updatedAt)});
        emit AnswerUpdated(answer, id, updatedAt);
    }
}
