-- The requests of a scenario that wait for a response, oldest first; constant time for the usual
-- questions, however many there are, and no table made for the usual request.
local O = {} -- O.waiting: how many there are

local list, first, last -- the requests in order, with holes where one was completed
local by_token -- the oldest request with that token; `younger` goes on from there

function O.clear()
    list, first, last, O.waiting = {}, 1, 0, 0
    by_token = {}
end

O.clear()

function O.add(h)
    local token = h.token
    local same = by_token[token]
    if same then
        while same.younger do
            same = same.younger
        end
        same.younger = h
    else
        by_token[token] = h
    end
    last = last + 1
    list[last] = h
    h.place = last
    O.waiting = O.waiting + 1
end

local function unlink(h)
    local same = by_token[h.token]
    if same == h then
        by_token[h.token] = h.younger
        return
    end
    while same.younger ~= h do
        same = same.younger
    end
    same.younger = h.younger
end

function O.remove(h)
    local place = h.place
    if list[place] ~= h then
        return
    end
    unlink(h)
    list[place] = nil
    O.waiting = O.waiting - 1
    if O.waiting == 0 then
        first, last = 1, 0
    elseif place == first then
        repeat
            first = first + 1
        until list[first]
    end
end

local function is(h, id, bus, dev)
    return h.id == id and (bus == nil or h.bus == bus) and (not dev or h.dev == dev)
end

-- The oldest request that is like this in all that is not nil.
function O.find(id, bus, dev, token)
    if token then
        local h = by_token[token]
        while h and not is(h, id, bus, dev) do
            h = h.younger
        end
        return h
    end
    for i = first, last do
        local h = list[i]
        if h and is(h, id, bus, dev) then
            return h
        end
    end
end

-- Has no request this token? With as many as there are tokens, any will do.
function O.is_free(token)
    return not by_token[token] or O.waiting >= 0xFFFF
end

return O
