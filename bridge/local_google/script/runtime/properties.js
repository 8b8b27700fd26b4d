// PropertiesService and LockService. What they keep and hold lives on the host; Google's limits are checked there.

const properties = strict('Properties', {
  getProperty(key) {
    expect('PropertiesService.Properties.getProperty', arguments, ['String']);
    const kept = host('properties.all');
    return key in kept ? kept[key] : null;
  },
  getProperties: () => host('properties.all'),
  getKeys: () => Object.keys(host('properties.all')),
  setProperty(key, value) {
    expect('PropertiesService.Properties.setProperty', arguments, ['String', 'any']);
    return properties.setProperties({ [key]: value });
  },
  setProperties(values, deleteOthers = false) {
    expect('PropertiesService.Properties.setProperties', arguments, ['Object'], ['Object', 'boolean']);
    const texts = Object.entries(values).map(([key, value]) => [key, String(value)]);
    host('properties.set', Object.fromEntries(texts), deleteOthers);
    return properties;
  },
  deleteProperty(key) {
    expect('PropertiesService.Properties.deleteProperty', arguments, ['String']);
    host('properties.delete', key);
    return properties;
  },
});

global.PropertiesService = strict('PropertiesService', { getScriptProperties: () => properties });

const documentLock = strict('Lock', {
  tryLock(milliseconds) {
    expect('LockService.Lock.tryLock', arguments, ['number']);
    return host('lock.take', milliseconds);
  },
  releaseLock: () => host('lock.release'),
});

global.LockService = strict('LockService', { getDocumentLock: () => documentLock });
