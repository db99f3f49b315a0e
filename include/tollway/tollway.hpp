// The whole library except tollway/asio.hpp and tollway/pricing_asio.hpp, which need Boost.Asio.
#pragma once

#include "tollway/chat.hpp"
#include "tollway/chat_model.hpp"
#include "tollway/discovery.hpp"
#include "tollway/error.hpp"
#include "tollway/money.hpp"
#include "tollway/openrouter.hpp"
#include "tollway/pricing.hpp"
#include "tollway/provider.hpp"
#include "tollway/registry.hpp"
#include "tollway/runtime.hpp"
#include "tollway/secret.hpp"
#include "tollway/settings.hpp"
