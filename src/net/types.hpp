// Asio as this project uses it: one executor type, one task type.
#pragma once

#include <boost/asio.hpp>
#include <chrono>

namespace tollway::net {

namespace asio = boost::asio;

// The concrete executor: any_io_executor costs a fifth of a request (docs/decisions/0002).
using Executor = asio::io_context::executor_type;

// What a coroutine returns. Name it, then await it.
template <class T = void>
using Task = asio::awaitable<T, Executor>;
using UseTask = asio::use_awaitable_t<Executor>;
inline constexpr UseTask use_task{};

using Tcp = asio::ip::tcp;
using TcpSocket = asio::basic_stream_socket<Tcp, Executor>;
using TcpAcceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

}  // namespace tollway::net
