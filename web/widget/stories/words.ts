import vendor from '../src/text/en.json';
import own from '../src/text/ui.json';

const english: Record<string, string> = { ...vendor, ...own };

const arabic: Record<string, string> = {
  headerText: 'كيف يمكننا مساعدتك؟',
  introductionText: 'نحن هنا للإجابة عن أسئلتك.',
  inputPlaceholder: 'اكتب رسالة…',
  inputPlaceholderBlocked: 'يرجى ملء النموذج أعلاه للمتابعة.',
  sendButtonText: 'إرسال',
  messageSeen: 'تمت القراءة',
  messageDelivered: 'تم التسليم',
  messageSending: 'جارٍ الإرسال…',
  fetchHistory: 'عرض الرسائل الأقدم',
  'ui.log.unread': 'جديد',
  'ui.message.failed': 'لم تُرسل.',
  'ui.message.retry': 'إعادة المحاولة',
  'ui.message.discard': 'حذف',
  'ui.form.send': 'إرسال',
  'ui.location.map': 'فتح الخريطة',
  'ui.connection.offline': 'أنت غير متصل. ستُرسل رسائلك عند عودة الاتصال.',
  'ui.push.ask': 'هل تود أن نخبرك بالردود عندما تكون هذه الصفحة مغلقة؟',
  'ui.push.allow': 'أخبرني',
  'ui.push.later': 'ليس الآن',
};

/** What the core does for the interface: a key's text, with the values put in. Unknown keys show themselves. */
export const words = (rtl: boolean) => (key: string, values: Record<string, string | number> = {}) =>
  ((rtl && arabic[key]) || english[key] || `[${key}]`).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
