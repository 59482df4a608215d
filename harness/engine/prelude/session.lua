-- What is known during one scenario on one connection. One at a time in a Lua state.
local core, import = ...
local O = import "outstanding"

local is_free = O.is_free
local S = {}

-- A SUT that is being started may need longer than one that runs, and most when the machine has much
-- else to do: so many timeouts at the first connection, then so many times what it needed there.
local FIRST_START, START_FACTOR = 5, 20
-- How long a request may take before a fence is sent after it; of a SUT that may be silent for long,
-- that part of its timeout.
local PATIENCE_NS, PATIENCE_PART = 100 * 1000 * 1000, 20

-- facts: what the run knows (facts.c makes it); dev: the device that the scenario is about.
function S.begin(facts)
    S.facts = facts
    S.dev = facts.dev
    S.timeout = facts.timeout_ns
    S.patience = math.max(PATIENCE_NS, S.timeout // PATIENCE_PART)
    S.start = math.max(S.timeout, START_FACTOR * facts.start_ns)
    S.fence_name = "GET_DEVICE_INFO"
    S.info, S.no_info = nil, "not answered"
    S.vq, S.writable = nil, nil -- what needs.lua chose
    O.clear()
    core.forget_answered()
    S.discovering = false
    S.right = false -- an answer had its request's token
    S.gone = {} -- devices that were removed
    S.came = {} -- events and requests of the SUT, in order
    S.line = nil -- reply of the upper tester
    S.token = core.random(0xFFFF)
    S.offered = nil -- feature blocks, index from 0
    S.driver_features = {}
    S.ring_features = {} -- that the scenario's form of rings takes beside those that it names
    S.resetting = {} -- devices that have not completed their reset
    S.max_size = {} -- queue -> max_size as GET_VQUEUE told
    S.setup = {} -- queue -> size and addresses as SET_VQUEUE gave them
    S.rings = {}
    S.probe = nil -- what probe.lua found of the device
    S.pump = nil -- takes in what comes next, where more than the driver's end is to be served
    S.heap = facts.mem_base + 0x1000
    S.heap_end = facts.mem_base + (facts.mem_size > 0 and facts.mem_size or 0x1000000)
end

-- A device was removed, or is there (again).
function S.removed(dev, is_gone)
    S.gone[dev] = is_gone or nil
    S.resetting[dev] = nil
end

-- For the first connection: nobody knows yet how long a start takes.
function S.first()
    S.start = FIRST_START * S.timeout
end

-- Fresh DMA memory; without memory an address that looks like one.
function S.alloc(size, align)
    local at = (S.heap + align - 1) // align * align
    if at + size > S.heap_end then
        core.finish("inconclusive", "the DMA memory is too small; give --mem more")
    end
    S.heap = at + size
    return at
end

-- A token that no outstanding request has, never 0. The step makes neighbours unlikely, so that a
-- token that is off by a little is nobody's.
function S.fresh_token()
    local token = S.token
    repeat
        token = (token + 0x9E37) & 0xFFFF
    until token ~= 0 and (O.waiting == 0 or is_free(token))
    S.token = token
    return token
end

return S
