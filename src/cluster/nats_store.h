// A bucket of NATS's key-value store, which JetStream keeps on the disk of the server.
// Threads: safe.
#pragma once

#include <nats/nats.h>

#include <memory>
#include <mutex>
#include <string>

#include "hypnos/cluster/store.h"

namespace hypnos {

class NatsStore final : public Store {
 public:
  // `connection` outlives it. Where there is no such bucket it is made at the first use.
  NatsStore(natsConnection* connection, std::string bucket);

  Result<std::optional<Entry>> Get(const std::string& key) override;
  Status Put(const std::string& key, std::string_view bytes) override;
  Result<bool> Replace(const std::string& key, std::string_view bytes, uint64_t revision) override;
  size_t most_bytes() const override;

 private:
  struct FreeContext {
    void operator()(jsCtx* context) const { jsCtx_Destroy(context); }
  };
  struct FreeStore {
    void operator()(kvStore* store) const { kvStore_Destroy(store); }
  };

  Result<kvStore*> Open();

  natsConnection* const connection_;
  const std::string bucket_;
  std::mutex mutex_;
  std::unique_ptr<jsCtx, FreeContext> context_;
  std::unique_ptr<kvStore, FreeStore> store_;
};

}  // namespace hypnos
