//! Contracts outside Breakwater that its modules call.

use alloy_sol_types::sol;

sol! {
    /// ERC-20.
    #[derive(Debug, PartialEq, Eq)]
    interface IERC20 {
        event Transfer(address indexed from, address indexed to, uint256 value);
        event Approval(address indexed owner, address indexed spender, uint256 value);
        function decimals() external view returns (uint8);
        function totalSupply() external view returns (uint256);
        function balanceOf(address owner) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function transfer(address to, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
        function approve(address spender, uint256 value) external returns (bool);
    }

    /// A contract that signs.
    #[derive(Debug, PartialEq, Eq)]
    interface IERC1271 {
        /// Its own selector if the signature is the contract's.
        function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4);
    }

    /// Chainlink's price feed.
    #[derive(Debug, PartialEq, Eq)]
    interface AggregatorV3Interface {
        function decimals() external view returns (uint8);
        function description() external view returns (string memory);
        function version() external view returns (uint256);
        function getRoundData(uint80 roundId) external view returns (uint80 roundId_, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
        function latestRoundData() external view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
    }
}

sol! {
    /// Pyth's price feeds, pulled: whoever wants a newer price brings it.
    #[derive(Debug, PartialEq, Eq)]
    interface IPyth {
        struct Price {
            int64 price;
            uint64 conf;
            int32 expo;
            uint256 publishTime;
        }
        function getPriceUnsafe(bytes32 id) external view returns (Price memory price);
    }

    /// A pool of Uniswap v3.
    #[derive(Debug, PartialEq, Eq)]
    interface IUniswapV3Pool {
        function token0() external view returns (address);
        function token1() external view returns (address);
        function observe(uint32[] calldata secondsAgos) external view returns (int56[] memory tickCumulatives, uint160[] memory secondsPerLiquidityCumulativeX128s);
    }

    /// The part of ERC-4626 that a rate comes from.
    #[derive(Debug, PartialEq, Eq)]
    interface IERC4626 {
        function asset() external view returns (address assetTokenAddress);
        function decimals() external view returns (uint8);
        function convertToAssets(uint256 shares) external view returns (uint256 assets);
    }
}
