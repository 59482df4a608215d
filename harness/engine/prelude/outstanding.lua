-- The requests of a scenario that wait for a response, oldest first; constant time for the usual
-- questions, however many there are.
local O = {}

function O.clear()
    O.list, O.first, O.last, O.count = {}, 1, 0, 0 -- with holes where a request was completed
    O.by_token = {}
end

O.clear()

function O.add(h)
    local same = O.by_token[h.token] or {}
    O.by_token[h.token] = same
    same[#same + 1] = h
    O.last = O.last + 1
    O.list[O.last] = h
    h.place = O.last
    O.count = O.count + 1
end

function O.remove(h)
    if O.list[h.place] ~= h then
        return
    end
    local same = O.by_token[h.token]
    for i, other in ipairs(same) do
        if other == h then
            table.remove(same, i)
            break
        end
    end
    if not same[1] then
        O.by_token[h.token] = nil
    end
    O.list[h.place] = nil
    O.count = O.count - 1
    while O.first <= O.last and not O.list[O.first] do
        O.first = O.first + 1
    end
end

local function is(h, id, bus, dev)
    return h.id == id and (bus == nil or h.bus == bus) and (not dev or h.dev == dev)
end

-- The oldest request that is like this in all that is not nil.
function O.find(id, bus, dev, token)
    if token then
        for _, h in ipairs(O.by_token[token] or {}) do
            if is(h, id, bus, dev) then
                return h
            end
        end
        return nil
    end
    for i = O.first, O.last do
        local h = O.list[i]
        if h and is(h, id, bus, dev) then
            return h
        end
    end
end

function O.has_token(token)
    return O.by_token[token] ~= nil
end

return O
