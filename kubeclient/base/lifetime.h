// Lifetime: makes the callbacks of an object do nothing once the object is gone.
//
//   class Asker {
//     void Ask() {
//       transport_.Call(request, lifetime_.Guard([this](const Result<HttpResponse>& reply) {
//         OnReply(reply);
//       }));
//     }
//     …
//     Lifetime lifetime_;  // the last member, because C++ destroys it first
//   };
//
// All functions, and the callbacks that Guard returns, must be called on one thread. Such callbacks
// and Witnesses may outlive the Lifetime, and may be copied and destroyed on any thread.
#pragma once

#include <memory>
#include <utility>

namespace windlass {

class Lifetime {
 public:
  // is_over() is true once the Lifetime that made this Witness is destroyed, or its End is called.
  class Witness {
   public:
    bool is_over() const { return token_.expired(); }

   private:
    friend class Lifetime;
    explicit Witness(std::weak_ptr<const bool> token) : token_(std::move(token)) {}

    std::weak_ptr<const bool> token_;
  };

  Lifetime() = default;
  Lifetime(const Lifetime&) = delete;
  Lifetime& operator=(const Lifetime&) = delete;

  // Returns a function that passes its arguments on to `callback`, and drops what `callback`
  // returns. The function does nothing once this Lifetime is destroyed, or End is called.
  template <typename Callback>
  [[nodiscard]] auto Guard(Callback callback) {
    return [life = Watch(), callback = std::move(callback)](auto&&... args) mutable -> void {
      if (!life.is_over()) callback(std::forward<decltype(args)>(args)...);
    };
  }

  // Returns a Witness, for callbacks that do something else once their owner is gone.
  [[nodiscard]] Witness Watch() {
    if (token_ == nullptr) token_ = std::make_shared<const bool>(true);
    return Witness(token_);
  }

  // Ends everything that Guard and Watch have returned so far, as the destructor does. What they
  // return from now on lasts until the next End.
  void End() { token_.reset(); }

 private:
  std::shared_ptr<const bool> token_;  // made by the first Watch after an End
};

}  // namespace windlass
