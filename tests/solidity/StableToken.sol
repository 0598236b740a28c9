// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// A dollar with six decimals, as most stablecoins have. Anybody may mint: for tests only.
contract StableToken is ERC20 {
    constructor() ERC20("Stable Dollar", "USDS") {}

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function mint(address to, uint256 value) external {
        _mint(to, value);
    }
}
