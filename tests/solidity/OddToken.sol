// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// Who is told of transfers, as by ERC-777.
interface IHooked {
    function tokensToSend(address from, address to, uint256 value) external;
    function tokensReceived(address from, address to, uint256 value) external;
}

/// A token as they exist, and not as the standard says. Anybody may mint and choose its ways: for tests only.
contract OddToken {
    /// 0 as the standard says; 1 answers nothing; 2 answers false where others revert; 3 always answers false; 4 keeps a hundredth.
    uint8 public kind;
    string public name;
    string public symbol;
    uint8 public immutable decimals;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => bool) public blocked;
    mapping(address => bool) public hooked;

    event Transfer(address indexed from, address indexed to, uint256 value);

    error Refused(address from, address to, uint256 value);

    constructor(string memory name_, string memory symbol_, uint8 decimals_) {
        name = name_;
        symbol = symbol_;
        decimals = decimals_;
    }

    function setKind(uint8 kind_) external {
        kind = kind_;
    }

    function setBlocked(address who, bool is_) external {
        blocked[who] = is_;
    }

    /// From now on `who` is told of what it sends and receives.
    function setHooked(address who, bool is_) external {
        hooked[who] = is_;
    }

    function mint(address to, uint256 value) external {
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    // Declared without a return value: what they answer depends on `kind`.

    function approve(address spender, uint256 value) external {
        allowance[msg.sender][spender] = value;
        _answer(true);
    }

    function transfer(address to, uint256 value) external {
        _answer(_move(msg.sender, to, value));
    }

    function transferFrom(address from, address to, uint256 value) external {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < value) {
            _answer(_fail(from, to, value));
        }
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - value;
        _answer(_move(from, to, value));
    }

    function _move(address from, address to, uint256 value) private returns (bool) {
        if (hooked[from]) IHooked(from).tokensToSend(from, to, value);
        if (blocked[from] || blocked[to] || balanceOf[from] < value) return _fail(from, to, value);
        balanceOf[from] -= value;
        uint256 fee = kind == 4 ? value / 100 + 1 : 0;
        if (fee > value) fee = value;
        totalSupply -= fee;
        balanceOf[to] += value - fee;
        emit Transfer(from, to, value - fee);
        if (hooked[to]) IHooked(to).tokensReceived(from, to, value);
        return true;
    }

    function _fail(address from, address to, uint256 value) private view returns (bool) {
        if (kind == 2) return false;
        revert Refused(from, to, value);
    }

    function _answer(bool success) private view {
        if (kind == 1) {
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        if (kind == 3) success = false;
        assembly ("memory-safe") {
            mstore(0, success)
            return(0, 32)
        }
    }
}

/// A user with code that is told of its transfers, and calls others while they are under way.
contract HookedUser is IHooked {
    struct Attempt {
        address target;
        bytes data;
    }

    Attempt[] private _attempts;
    bool public toSend;
    /// What became of the attempts of the last transfer, in order.
    bool[] public succeeded;
    bytes[] public answers;

    /// Calls `target` with `data` whenever tokens arrive, or, from then on, before they leave.
    function attempt(address target, bytes calldata data) external {
        _attempts.push(Attempt(target, data));
    }

    function whenSending() external {
        toSend = true;
    }

    /// Any call in this contract's name; errors pass through.
    function run(address target, bytes calldata data) external returns (bytes memory answer) {
        bool success;
        (success, answer) = target.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function tokensToSend(address, address, uint256) external {
        if (toSend) _try();
    }

    function tokensReceived(address, address, uint256) external {
        if (!toSend) _try();
    }

    function _try() private {
        delete succeeded;
        delete answers;
        for (uint256 i = 0; i < _attempts.length; i++) {
            (bool success, bytes memory answer) = _attempts[i].target.call(_attempts[i].data);
            succeeded.push(success);
            answers.push(answer);
        }
    }
}
