#include "hypnos/cluster/event_carrier.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "hypnos/base/format.h"
#include "hypnos/cluster/parts.h"

namespace hypnos {
namespace {

// Whoever wants the courier to end does not wait longer for a broker that answers nothing.
constexpr Duration kPatience = std::chrono::seconds(2);

class EventCarrier final : public Carrier {
 public:
  EventCarrier(std::shared_ptr<Broker> broker, Subjects subjects)
      : broker_(std::move(broker)), subjects_(std::move(subjects)) {}

  Result<Delivery> Carry(const std::string& body, const std::atomic<bool>& stop) override {
    using Outcome = Delivery::Outcome;
    const nlohmann::json notice = nlohmann::json::parse(body, nullptr, false);
    if (!notice.is_object() || !notice.contains("severity") || !notice["severity"].is_string()) {
      return Delivery{.outcome = Outcome::kRefused, .why = "it is damaged"};
    }
    const std::string subject = subjects_.Events(notice["severity"].get<std::string>());
    const size_t most = broker_->most_bytes();
    std::vector<std::string> parts = InParts(body, most);
    const uint64_t connection = broker_->status().connections;
    // Where there is no connection, publishing says why.
    if (parts.empty() && most > 0) {
      return Delivery{.outcome = Outcome::kRefused,
                      .why = Format("the broker takes no more than {} bytes", most)};
    }
    if (most == 0) parts = {body};
    for (const std::string& part : parts) {
      if (stop) return Error{Code::kCancelled, "STOPPED", "it was stopped"};
      HYPNOS_RETURN_IF_ERROR(broker_->Publish(subject, part));
    }
    HYPNOS_RETURN_IF_ERROR(broker_->Flush(kPatience));
    // What another connection confirms says nothing of what went into the one before.
    if (broker_->status().connections != connection) {
      return Error{Code::kUnavailable, "NOT_CONNECTED", "the connection was lost meanwhile"};
    }
    return Delivery{};
  }

 private:
  const std::shared_ptr<Broker> broker_;
  const Subjects subjects_;
};

}  // namespace

std::unique_ptr<Carrier> NewEventCarrier(std::shared_ptr<Broker> broker, Subjects subjects) {
  return std::make_unique<EventCarrier>(std::move(broker), std::move(subjects));
}

}  // namespace hypnos
