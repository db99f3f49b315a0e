-- wrk's script: every request is one chat completion; the figures come out as one line of JSON.
-- Arguments: the file with the request's body, then the gateway key (may be empty).

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  local headers = { ["Content-Type"] = "application/json" }
  if arguments[2] and arguments[2] ~= "" then
    headers["Authorization"] = "Bearer " .. arguments[2]
  end
  local request_bytes = wrk.format("POST", "/api/v1/chat/completions", headers, file:read("*a"))
  file:close()
  request = function() return request_bytes end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"p50_us":%d,"p99_us":%d,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
