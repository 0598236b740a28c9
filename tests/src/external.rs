//! Interfaces of the Solidity contracts beside the programs.
#![allow(missing_docs)]

use alloy_sol_types::sol;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IStylusDeployer {
        error AlreadyDeployed(address program);
        error CreateFailed();
        error RefundFailed(address caller, uint256 value);
        function deploy(bytes calldata initCode, bytes calldata constructorCalldata, bytes32 salt) external payable returns (address program);
        function computeAddressFor(address caller, bytes32 salt, bytes32 initCodeHash) external view returns (address);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IToken {
        event Transfer(address indexed from, address indexed to, uint256 value);
        error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
        error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
        error InsufficientBalance(address owner, uint256 balance, uint256 needed);
        error InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
        function mint(address to, uint256 value) external;
        function deposit() external payable;
        function balanceOf(address owner) external view returns (uint256);
        function approve(address spender, uint256 value) external returns (bool);
        function transfer(address to, uint256 value) external returns (bool);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IMockFeed {
        event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);
        error Broken();
        error NoDataPresent(uint80 roundId);
        function setAnswer(int256 answer) external;
        function setAnswerAt(int256 answer, uint256 updatedAt) external;
        function setBroken(bool broken) external;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IMockExchange {
        error NotTraded(address token);
        error ProceedsBelowMinimum(uint256 proceeds, uint256 minimum);
        function setPrice(address token, uint256 price) external;
        function priceOf(address token) external view returns (uint256);
        function sell(address token, uint256 amount, uint256 minimum) external returns (uint256 proceeds);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IFlashTaker {
        event Profit(uint256 indexed id, uint256 lotTaken, uint256 paid, uint256 profit);
        error NotOwner(address caller);
        error NotAuction(address caller);
        error NotInitiator(address taker);
        error ProfitBelowMinimum(uint256 profit, uint256 minimum);
        function run(uint256 id, uint256 maxLot, uint256 minLot, uint256 maxPrice, uint256 minProfit) external returns (uint256 profit);
        function withdraw(address token, address to, uint256 value) external;
    }
}
