// A controller of Deployments with a plan that a test gives. It has no caches: an object exists
// while `objects` names it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/core/controller.h"

namespace windlass {

class PlannedController final : public Controller {
 public:
  std::function<Step(const ObjectKey& key, const Learned& learned)> plan;
  std::map<ObjectKey, Uid> objects;
  std::optional<MonotonicTime> view_at;  // of its caches; nullopt: it has none
  int steps_max = 0;                     // additional to those that every sync may take
  std::map<ObjectKey, size_t> large;     // those that are large, and how large
  std::vector<Request> fence_writes;     // of every object
  // Called with "StepsMax", "Reference", "MarksOf", "FenceWrites", "ViewAt", "BeforeRead" or
  // "BeforeWrite" before that is answered.
  std::function<void(std::string_view question, const ObjectKey& key)> on_question =
      [](std::string_view, const ObjectKey&) {};
  std::vector<std::string> not_written;  // "scale: Conflict", in order
  int sent = 0;                          // writes that the runtime was about to send
  // Null: the controller asks no questions.
  std::function<CancelQuestion(const Ask& ask, AnswerHandler answer)> send;

  std::string_view kind() const override { return "Deployment"; }
  std::string_view log_field() const override { return "deployment"; }
  std::string_view component() const override { return "deployment-controller"; }
  std::optional<Step> Next(const ObjectKey& key, const Learned& learned, WallTime) override {
    if (!objects.contains(key)) return std::nullopt;
    return plan(key, learned);
  }
  int StepsMax(const ObjectKey& key) const override {
    on_question("StepsMax", key);
    return steps_max;
  }
  size_t LargestJson(const ObjectKey& key) const override {
    const auto found = large.find(key);
    return found == large.end() ? 0 : found->second;
  }
  Marks MarksOf(const ObjectKey& key) const override {
    on_question("MarksOf", key);
    return {};
  }
  std::optional<ObjectReference> Reference(const ObjectKey& key) const override {
    on_question("Reference", key);
    const auto found = objects.find(key);
    if (found == objects.end()) return std::nullopt;
    return ObjectReference{"apps/v1", "Deployment", key, found->second, {"40"}};
  }
  std::optional<std::vector<Request>> FenceWrites(const ObjectKey& key,
                                                  std::string_view) const override {
    on_question("FenceWrites", key);
    return fence_writes;
  }
  std::optional<MonotonicTime> ViewAt(const Request& write) const override {
    on_question("ViewAt", write.key());
    return view_at;
  }
  ReadListener BeforeRead(const ObjectKey& key, const Request&) override {
    on_question("BeforeRead", key);
    return nullptr;
  }
  void BeforeWrite(const ObjectKey& key, const Request&) override {
    on_question("BeforeWrite", key);
    ++sent;
  }
  CancelQuestion Send(const Ask& ask, AnswerHandler answer) override {
    return send ? send(ask, std::move(answer)) : Controller::Send(ask, std::move(answer));
  }
  void Written(const Because&) override {}
  void NotWritten(const Because& because, const Error& error) override {
    const std::string reason(Name(error.kind));
    not_written.push_back(std::string(because.decision.name) + ": " + reason);
  }
};

}  // namespace windlass
