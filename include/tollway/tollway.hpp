// The whole library except tollway/asio.hpp, which needs Boost.Asio.
#pragma once

#include "tollway/chat.hpp"
#include "tollway/chat_model.hpp"
#include "tollway/discovery.hpp"
#include "tollway/error.hpp"
#include "tollway/money.hpp"
#include "tollway/openrouter.hpp"
#include "tollway/provider.hpp"
#include "tollway/registry.hpp"
#include "tollway/runtime.hpp"
#include "tollway/secret.hpp"
#include "tollway/settings.hpp"
