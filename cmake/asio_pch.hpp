// Precompiled for every target that uses Asio; parsing it takes longer than most of our sources.
#pragma once
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>
