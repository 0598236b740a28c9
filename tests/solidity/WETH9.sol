// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// Wrapped ether: one token for each wei deposited, burnt on withdrawal. The interface and the habits are those of the
/// WETH that chains have: plain ether is a deposit, and an allowance of 2^256 - 1 is never used up.
contract WETH9 {
    string public constant name = "Wrapped Ether";
    string public constant symbol = "WETH";
    uint8 public constant decimals = 18;

    mapping(address owner => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Deposit(address indexed owner, uint256 value);
    event Withdrawal(address indexed owner, uint256 value);

    error InsufficientBalance(address owner, uint256 balance, uint256 needed);
    error InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    error EtherNotSent(address to, uint256 value);

    receive() external payable {
        deposit();
    }

    /// Mints to the caller what it sends.
    function deposit() public payable {
        balanceOf[msg.sender] += msg.value;
        emit Deposit(msg.sender, msg.value);
    }

    /// Burns `value` of the caller's tokens and sends it that much ether.
    function withdraw(uint256 value) external {
        _decrease(msg.sender, value);
        emit Withdrawal(msg.sender, value);
        (bool sent,) = msg.sender.call{value: value}("");
        if (!sent) revert EtherNotSent(msg.sender, value);
    }

    /// Every token is backed by a wei, so the balance is the supply.
    function totalSupply() external view returns (uint256) {
        return address(this).balance;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (from != msg.sender && allowed != type(uint256).max) {
            if (allowed < value) revert InsufficientAllowance(msg.sender, allowed, value);
            allowance[from][msg.sender] = allowed - value;
        }
        _move(from, to, value);
        return true;
    }

    function _move(address from, address to, uint256 value) private {
        _decrease(from, value);
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }

    function _decrease(address owner, uint256 value) private {
        uint256 balance = balanceOf[owner];
        if (balance < value) revert InsufficientBalance(owner, balance, value);
        balanceOf[owner] = balance - value;
    }
}
