// The answer to a SelfSubjectAccessReview, of any status and body.
#include <string>

#include "kubeclient/base/assert.h"
#include "kubeclient/client/access_review.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

// Gives every call the same answer.
class OneAnswer final : public Transport {
 public:
  OneAnswer(int status, std::string_view body) : status_(status), body_(body) {}

  CallId Call(HttpRequest, ReplyHandler reply) override {
    reply(HttpResponse{status_, "application/json", body_, {}});
    return 1;
  }
  CallId Stream(HttpRequest, StreamHandler) override { return 0; }
  void Cancel(CallId) override {}

 private:
  const int status_;
  const std::string body_;
};

void Check(std::string_view body) {
  const Right right{"get", resources::kDeployments, "", "", ""};
  for (const int status : {201, 401, 500}) {
    OneAnswer transport(status, body);
    int answers = 0;
    FindMissingRights(transport, {right}, [&](const Result<std::vector<Right>>& missing) {
      ++answers;
      WL_ASSERT(!missing.ok() || (status == 201 && missing->size() <= 1));
    });
    WL_ASSERT(answers == 1);
  }
}

const Target kTarget("access_review", &Check);

}  // namespace
}  // namespace windlass::fuzz
