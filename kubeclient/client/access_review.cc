#include "kubeclient/client/access_review.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/api/json_value.h"
#include "kubeclient/client/call_deadlines.h"
#include "kubeclient/client/paths.h"

namespace windlass {
namespace {

constexpr const ResourceId& kReviews = resources::kSelfSubjectAccessReviews;

std::string ReviewBody(const Right& right) {
  nlohmann::json attributes = {
      {"verb", right.verb}, {"group", right.resource.group}, {"resource", right.resource.plural}};
  if (!right.subresource.empty()) attributes["subresource"] = right.subresource;
  if (!right.namespace_.empty()) attributes["namespace"] = right.namespace_;
  if (!right.name.empty()) attributes["name"] = right.name;
  const nlohmann::json review = {{"apiVersion", kReviews.GroupVersion()},
                                 {"kind", kReviews.kind},
                                 {"spec", {{"resourceAttributes", attributes}}}};
  return DumpJson(review);
}

Result<bool> IsAllowed(const HttpResponse& response) {
  if (response.status == 401) {
    return Error{ErrorKind::kUnauthorized, "the API server does not accept these credentials"};
  }
  const nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  if (response.status != 201 || !body.is_object() || !body.contains("status") ||
      !body["status"].is_object()) {
    return Error{ErrorKind::kMalformed,
                 "the answer to a SelfSubjectAccessReview cannot be understood: HTTP " +
                     std::to_string(response.status)};
  }
  const nlohmann::json& status = body["status"];
  return status.contains("allowed") && status["allowed"] == true;
}

// One FindMissingRights call: sends the reviews one after the other.
struct Review : std::enable_shared_from_this<Review> {
  Transport& transport;
  std::vector<Right> rights;
  std::function<void(Result<std::vector<Right>>)> done;
  size_t next = 0;
  std::vector<Right> missing;

  Review(Transport& t, std::vector<Right> r, std::function<void(Result<std::vector<Right>>)> d)
      : transport(t), rights(std::move(r)), done(std::move(d)) {}

  void Ask() {
    if (next == rights.size()) return done(std::move(missing));
    HttpRequest request;
    request.method = HttpMethod::kPost;
    request.target = ResourcePath(kReviews, /*namespace_=*/"", /*name=*/"");
    request.content_type = "application/json";
    request.body = ReviewBody(rights[next]);
    request.deadline = kCallDeadline;
    transport.Call(std::move(request), [self = shared_from_this()](Result<HttpResponse> said) {
      self->Answered(std::move(said));
    });
  }

  void Answered(Result<HttpResponse> said) {
    if (!said.ok()) return done(said.error());
    const Result<bool> allowed = IsAllowed(*said);
    if (!allowed.ok()) return done(allowed.error());
    if (!*allowed) missing.push_back(rights[next]);
    ++next;
    Ask();
  }
};

}  // namespace

std::string Right::ToString() const {
  std::string text = verb + " " + std::string(resource.plural);
  if (!resource.group.empty()) text += "." + std::string(resource.group);
  if (!subresource.empty()) text += "/" + subresource;
  if (!name.empty()) text += " '" + name + "'";
  return text + (namespace_.empty() ? " in all namespaces" : " in namespace " + namespace_);
}

void FindMissingRights(Transport& transport, std::vector<Right> rights,
                       std::function<void(Result<std::vector<Right>>)> done) {
  std::make_shared<Review>(transport, std::move(rights), std::move(done))->Ask();
}

}  // namespace windlass
