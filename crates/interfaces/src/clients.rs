//! Typed clients of the modules for Rust contracts that integrate them (`sol_interface!`).
//!
//! Breakwater's own modules use [`crate::outbound`], which is smaller; a test holds these selectors against the `sol!`
//! declarations.

// Parameter names are Solidity's.
#![allow(non_snake_case)]

use alloc::vec;
use stylus_sdk::prelude::*;

sol_interface! {
    interface IVaultClient {
        function deposit(uint256 assets, address receiver) external returns (uint256);
        function withdraw(uint256 assets, address receiver, address owner) external returns (uint256);
        function redeem(uint256 shares, address receiver, address owner) external returns (uint256);
        function balanceOf(address owner) external view returns (uint256);
        function totalAssets() external view returns (uint256);
        function depositCollateral(bytes32 account, address token, uint256 amount) external;
        function withdrawCollateral(bytes32 account, address token, uint256 amount, address receiver) external;
        function borrow(bytes32 account, uint256 assets, address receiver) external returns (uint256);
        function repay(bytes32 account, uint256 assets) external returns (uint256);
        function liquidate(bytes32 account, address token, uint256 maxRepay, address keeper) external returns (uint256);
    }

    interface IOracleAdapterClient {
        function getQuote(uint256 inAmount, address base, address quote) external view returns (uint256);
        function price(address token) external view returns (uint256);
    }

    interface ILiquidationAuctionClient {
        function take(uint256 id, uint256 maxLot, uint256 minLot, uint256 maxPrice, uint256 deadline, address receiver, bytes calldata data) external returns (uint256, uint256);
        function reset(uint256 id, address keeper) external;
        function quote(uint256 id, uint256 maxLot) external view returns (uint256, uint256, uint256);
    }

    interface IInsuranceFundClient {
        function deposit(uint256 assets, address receiver) external returns (uint256);
        function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256);
        function redeem(uint256 shares, address receiver, address controller) external returns (uint256);
    }
}
