#include "demo/demonstration_server.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <thread>

#include "demo/demonstration.hpp"

namespace tollway::demo {
namespace {

Secret new_secret() {
  std::array<unsigned char, 32> random;
  randombytes_buf(random.data(), random.size());
  std::string hex(random.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), random.data(), random.size());
  sodium_memzero(random.data(), random.size());
  hex.pop_back();  // the terminating NUL
  return Secret(std::move(hex));
}

}  // namespace

struct DemonstrationServer::Parts {
  explicit Parts(DemonstrationHandler::Options options) : handler(loop, secret.clone(), options) {}

  Secret secret = new_secret();
  net::Loop loop;
  DemonstrationHandler handler;
  net::Server server{loop, handler, {}};
  std::string base_url;
  std::thread thread;
};

Result<std::unique_ptr<DemonstrationServer>> DemonstrationServer::start(
    DemonstrationHandler::Options options) {
  if (sodium_init() < 0) return internal_error("libsodium cannot be used: no random numbers");
  auto parts = std::make_unique<Parts>(options);
  const auto bound = parts->server.listen({net::asio::ip::address_v4::loopback(), 0});
  if (!bound) return std::unexpected(bound.error());
  parts->base_url = fmt::format("http://127.0.0.1:{}{}", bound->port(), base_path);
  parts->thread = std::thread([&loop = parts->loop] { loop.run(); });
  return std::unique_ptr<DemonstrationServer>(new DemonstrationServer(std::move(parts)));
}

DemonstrationServer::DemonstrationServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

DemonstrationServer::~DemonstrationServer() {
  parts_->loop.post([&parts = *parts_] {
    parts.server.drain(net::Clock::now(), [&loop = parts.loop] { loop.stop(); });
  });
  parts_->thread.join();
}

const std::string& DemonstrationServer::base_url() const noexcept {
  return parts_->base_url;
}

const Secret& DemonstrationServer::secret() const noexcept {
  return parts_->secret;
}

}  // namespace tollway::demo
