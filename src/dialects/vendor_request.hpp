// A request's body as a vendor that is reached directly takes it. Clients write for OpenRouter,
// which understands everything; vendors refuse members that they don't know.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tollway::dialects {

enum class RequestForm : std::uint8_t { chat, completions, responses, messages, other };

// What is to be observed with one vendor and model; most of it stands in the vendor's descriptor.
struct VendorForm {
  std::string_view model = {};                       // its own spelling; empty: left as it is
  std::string_view max_tokens_field = "max_tokens";  // of chat
  bool reasoning_object = false;                     // takes chat's "reasoning", as OpenRouter
  bool cache_control = false;                        // takes it in parts of a chat's messages
  bool stream_usage = true;                          // states a stream's usage when asked to
  std::int64_t output_tokens = 4096;                 // of messages that don't limit their answer
  std::string_view service_tier = {};  // to be asked for; empty: what the request says
  std::span<const std::string_view> also_left_out = {};  // members that this endpoint refuses
};

// `body` is one valid JSON object. All members are left byte for byte as they are, except:
//  - "model" is the vendor's;
//  - what only OpenRouter understands is left out: provider, models, route, plugins, transforms,
//    preset, session_id, trace, debug and the like; on messages also fallbacks and user;
//  - a stream of chat or completions asks for its usage ("stream_options"), beside whatever other
//    options the client chose; a vendor that states it unasked gets no stream_options at all.
//    Clients then see the chunk of usage whether they asked for it or not, as with OpenRouter;
//  - the limit of a chat's answer stands under the vendor's name for it; Anthropic's messages must
//    have one;
//  - "reasoning" of a chat becomes "reasoning_effort" where its object isn't taken, as far as it
//    names an effort;
//  - the service tier is the one that was chosen, where one was; "fast", which is OpenRouter's
//  word,
//    is "priority";
//  - messages of a chat lose "reasoning_details", with the "reasoning" that repeats them, and the
//    "cache_control" of their parts and of tools where the vendor doesn't take it;
//  - tools that only OpenRouter runs ("openrouter:web_search") are left out, and with the last tool
//    what was said of tools.
[[nodiscard]] std::string request_for_vendor(std::string_view body, RequestForm form,
                                             const VendorForm& vendor);

}  // namespace tollway::dialects
