// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MockPyth} from "@pythnetwork/pyth-sdk-solidity/MockPyth.sol";

/// The contract that Pyth publishes for tests: updates as in the real one (a newer publish time wins), signatures left out.
contract TestPyth is MockPyth {
    constructor() MockPyth(60, 0) {}

    /// Brings a price, as anybody may.
    function bring(bytes32 id, int64 price, uint64 confidence, int32 exponent, uint64 publishTime) external {
        bytes[] memory updates = new bytes[](1);
        updates[0] =
            createPriceFeedUpdateData(id, price, confidence, exponent, price, confidence, publishTime, publishTime);
        this.updatePriceFeeds(updates);
    }
}
