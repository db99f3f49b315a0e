#include "integration/other_proxies.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "support/wire.hpp"

namespace tollway::test {

OtherProxy::OtherProxy(Kind kind, std::uint16_t upstream_port) {
  for (int tries = 0; tries < 5; ++tries) {
    if (start(kind, upstream_port)) return;
  }
  ADD_FAILURE() << "it does not start: " << read_file(files_.path() / "stderr");
}

bool OtherProxy::start(Kind kind, std::uint16_t upstream_port) {
  const auto free = listen_on_loopback(1);
  port_ = free.port;
  ::close(free.descriptor);
  auto command = kind == Kind::nginx ? nginx(upstream_port) : haproxy(upstream_port);
  command.stderr_file = files_.path() / "stderr";
  process_ = std::make_unique<ChildProcess>(command);
  bool listens = false;
  return wait_until([&] {
           listens = Wire::connect(port_, {}).is_open();
           return listens || !process_->running();
         }) &&
         listens && process_->running();
}

Command OtherProxy::nginx(std::uint16_t upstream_port) const {
  const auto folder = files_.path().string();
  const auto configuration = files_.write(
      "nginx.conf",
      fmt::format("daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;\n"
                  "events {{}}\n"
                  "http {{\n"
                  "  access_log off;\n"
                  "  client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;\n"
                  "  fastcgi_temp_path {0}/fastcgi; uwsgi_temp_path {0}/uwsgi;\n"
                  "  scgi_temp_path {0}/scgi;\n"
                  "  server {{\n"
                  "    listen 127.0.0.1:{1};\n"
                  "    location / {{ proxy_pass http://127.0.0.1:{2}; proxy_http_version 1.1; }}\n"
                  "  }}\n"
                  "}}\n",
                  folder, port_, upstream_port));
  return {.words = {"nginx", "-c", configuration.string(), "-p", folder}};
}

Command OtherProxy::haproxy(std::uint16_t upstream_port) const {
  const auto configuration =
      files_.write("haproxy.cfg", fmt::format("defaults\n"
                                              "  mode http\n"
                                              "  timeout connect 5s\n"
                                              "  timeout client 5s\n"
                                              "  timeout server 5s\n"
                                              "frontend in\n"
                                              "  bind 127.0.0.1:{}\n"
                                              "  default_backend out\n"
                                              "backend out\n"
                                              "  server upstream 127.0.0.1:{}\n",
                                              port_, upstream_port));
  return {.words = {"haproxy", "-db", "-f", configuration.string()}};
}

}  // namespace tollway::test
