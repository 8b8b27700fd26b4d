// PropertiesService and LockService. What they keep and hold lives on the host; Google's limits are checked there.

function propertiesOf(scope) {
  const properties = strict('Properties', {
    getProperty(key) {
      expect('PropertiesService.Properties.getProperty', arguments, ['String']);
      const kept = host('properties.all', scope);
      return key in kept ? kept[key] : null;
    },
    getProperties: () => host('properties.all', scope),
    getKeys: () => Object.keys(host('properties.all', scope)),
    setProperty(key, value) {
      expect('PropertiesService.Properties.setProperty', arguments, ['String', 'any']);
      return properties.setProperties({ [key]: value });
    },
    setProperties(values, deleteOthers = false) {
      expect('PropertiesService.Properties.setProperties', arguments, ['Object'], ['Object', 'boolean']);
      const texts = Object.entries(values).map(([key, value]) => [key, String(value)]);
      host('properties.set', scope, Object.fromEntries(texts), deleteOthers);
      return properties;
    },
    deleteProperty(key) {
      expect('PropertiesService.Properties.deleteProperty', arguments, ['String']);
      host('properties.delete', scope, key);
      return properties;
    },
    deleteAllProperties: () => properties.setProperties({}, true),
  });
  return properties;
}

global.PropertiesService = strict('PropertiesService', {
  getScriptProperties: () => propertiesOf('script'),
  getDocumentProperties: () => propertiesOf('document'),
  getUserProperties: () => propertiesOf('user'),
});

function lockOf(scope) {
  return strict('Lock', {
    tryLock(milliseconds) {
      expect('LockService.Lock.tryLock', arguments, ['number']);
      return host('lock.take', scope, milliseconds);
    },
    waitLock(milliseconds) {
      expect('LockService.Lock.waitLock', arguments, ['number']);
      if (host('lock.take', scope, milliseconds)) return;
      throw new Error('Lock timeout: another process was holding the lock for too long.');
    },
    hasLock: () => host('lock.held', scope),
    releaseLock: () => host('lock.release', scope),
  });
}

global.LockService = strict('LockService', {
  getScriptLock: () => lockOf('script'),
  getDocumentLock: () => lockOf('document'),
  getUserLock: () => lockOf('user'),
});
