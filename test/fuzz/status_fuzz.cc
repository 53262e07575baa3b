// The body of a refusal: a metav1.Status, or what a proxy between us and the server wrote.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/api/decode.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/client/client.h"
#include "kubeclient/transport/retry_after.h"
#include "test/fuzz/input.h"
#include "test/fuzz/json_text.h"

namespace windlass::fuzz {
namespace {

using nlohmann::json;

void CheckStatus(const ApiStatus& status, const json& body) {
  const auto text = [&](const char* key) {
    return body.contains(key) && body[key].is_string() ? body[key].get<std::string>() : "";
  };
  // One kind of Status has none.
  const bool without_kind = text("kind").empty() && text("status") == "Failure";
  WL_ASSERT(text("kind") == "Status" || without_kind);
  WL_ASSERT(status.reason == text("reason") && status.message == text("message"));
  const json::json_pointer causes("/details/causes");
  const size_t count = body.contains(causes) ? body[causes].size() : 0;
  WL_ASSERT(status.causes.size() == std::min(count, kCausesMax));
  const json::json_pointer retry_after("/details/retryAfterSeconds");
  const bool given = body.contains(retry_after) && !body[retry_after].is_null();
  WL_ASSERT(status.retry_after_seconds.has_value() == given);
  if (given) WL_ASSERT(body[retry_after] == *status.retry_after_seconds);
}

// Checks what a call makes of the body, for each verb and HTTP status.
void CheckAnswers(Decoder& decoder, std::string_view body) {
  for (const Verb verb : {Verb::kGet, Verb::kList, Verb::kCreate, Verb::kCreateSubresource,
                          Verb::kPatch, Verb::kDelete}) {
    for (const int code : {200, 301, 403, 404, 409, 410, 422, 429, 500, 503}) {
      HttpResponse response;
      response.status = code;
      response.body = body;
      const Result<Reply> reply = FromHttp(verb, std::move(response), decoder);
      const bool gone = verb == Verb::kDelete && code == 404;
      WL_ASSERT(!reply.ok() || code == 200 || gone);
      if (reply.ok()) continue;
      const int64_t wait = reply.error().retry_after_ms;
      WL_ASSERT(wait >= 0 && wait <= kRetryAfterMsMax);
      WL_ASSERT(!reply.error().message.empty());
    }
  }
}

void Check(std::string_view body) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const Result<ApiStatus> status = decoder.DecodeStatus(body);
  if (!status.ok()) WL_ASSERT(status.error().kind == ErrorKind::kMalformed);
  const auto plain = PlainJson(body);
  if (plain && status.ok()) CheckStatus(*status, *plain);
  CheckAnswers(decoder, body);
}

const Target kTarget("status", &Check);

}  // namespace
}  // namespace windlass::fuzz
